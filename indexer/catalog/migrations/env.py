"""What Alembic runs: the revisions, on the connection (and in the transaction) it was handed."""

from __future__ import annotations

from alembic import context

from indexer.catalog.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
