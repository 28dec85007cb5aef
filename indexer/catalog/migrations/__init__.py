"""Bringing a catalog's tables up to date, whatever version wrote them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from indexer.errors import CatalogTooNew

HEAD = "0011"


def migrate(engine: sa.Engine) -> None:
    """Run the revisions that this catalog lacks; a look and nothing else when it lacks none.

    Raises CatalogTooNew.
    """
    with engine.connect() as connection:
        revision = _revision(connection) or ""
    if revision == HEAD:
        return
    if revision > HEAD:  # they are numbered
        raise CatalogTooNew
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        _upgrade(connection)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: sa.Connection) -> None:
    # Imported here: Alembic costs 0.2 s at every start, and is needed at very few.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
