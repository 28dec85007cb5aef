"""WebDAV locks as rows: they survive a restart, and all processes see the same ones."""

from __future__ import annotations

import sqlalchemy as sa

from indexer import names
from indexer.catalog import entries, mishaps
from indexer.catalog.database import Database
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import LockRow
from indexer.model import Lock

_COLUMNS = (
    LockRow.token, LockRow.root, LockRow.owner_xml, LockRow.depth, LockRow.scope, LockRow.timeout_s,
    LockRow.expires_at,
)  # fmt: skip


_LIVE = (LockRow.person_id == sa.bindparam("person_id"), LockRow.expires_at > sa.bindparam("now"))
_PATH = sa.bindparam("path", type_=sa.Text)
_ROOT_LENGTH = sa.func.length(LockRow.root)
_GET = Prepared(sa.select(*_COLUMNS).where(*_LIVE, LockRow.token == sa.bindparam("token")))
_AROUND = Prepared(
    sa.select(*_COLUMNS).where(
        *_LIVE,
        sa.or_(
            LockRow.root == _PATH,
            sa.and_(
                LockRow.depth == "infinity",
                sa.func.substr(_PATH, 1, _ROOT_LENGTH + 1) == LockRow.root + "/",
            ),
            sa.and_(LockRow.root > sa.bindparam("first"), LockRow.root < sa.bindparam("last")),
        ),
    )
)
_ADD = Prepared(
    sa.insert(LockRow.__table__).values(  # type: ignore[arg-type]
        {column.key: sa.bindparam(column.key) for column in LockRow.__table__.columns}
    )
)
_REFRESH = Prepared(
    sa.update(LockRow.__table__)  # type: ignore[arg-type]
    .where(*_LIVE, LockRow.token == sa.bindparam("token"))
    .values(timeout_s=sa.bindparam("new_timeout_s"), expires_at=sa.bindparam("new_expires_at"))
)
_REMOVE = Prepared(
    sa.delete(LockRow)
    .where(LockRow.person_id == sa.bindparam("person_id"), LockRow.token == sa.bindparam("token"))
    .returning(LockRow.root)
)


class Locks:
    """Expired locks are never returned; `expire` removes them.

    Granting, refreshing and ending a lock survive the end of the process, not a power cut: a lock that
    a power cut ends only asks its client to lock again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def around(self, person_id: int, path: str, now: float, *, below: bool = False) -> tuple[Lock, ...]:
        """The locks that cover this path (its own, and deep ones above), and with ``below`` all inside it."""
        with self._database.read() as connection:
            return around(connection, person_id, path, now, below=below)

    def add(self, person_id: int, lock: Lock, now: float) -> tuple[Lock, ...]:
        """Grant a lock, whoever asks at the same moment; or return the live locks that forbid it."""
        with self._database.write(durable=False) as connection:
            held = around(connection, person_id, lock.root, now, below=lock.depth == "infinity")
            forbidding = tuple(other for other in held if "exclusive" in (other.scope, lock.scope))
            if not forbidding:
                _ADD.run(connection, person_id=person_id, **_values(lock))
            return forbidding

    def refresh(self, person_id: int, token: str, timeout_s: float, now: float) -> Lock | None:
        """Let a live lock last ``timeout_s`` from now."""
        with self._database.write(durable=False) as connection:
            _REFRESH.run(
                connection, person_id=person_id, token=token, now=now, new_timeout_s=timeout_s,
                new_expires_at=now + timeout_s,
            )  # fmt: skip
            row = _GET.row(connection, person_id=person_id, token=token, now=now)
        return Lock(*row) if row else None

    def remove(self, person_id: int, token: str, upload_root: str) -> bool:
        """End a lock. A version that its holder emptied and then sent no data for comes back.

        ``upload_root`` is the path of the Upload share in lock roots ("/Upload").
        """
        with self._database.write(durable=False) as connection:
            row = _REMOVE.row(connection, person_id=person_id, token=token)
            if row is None:
                return False
            if row[0].startswith(f"{upload_root}/"):
                path = row[0].removeprefix(f"{upload_root}/")
                entries.restore_hidden(connection, person_id, names.key(path))
            return True

    def remove_below(self, person_id: int, path: str) -> None:
        """End the locks on a path that is gone, and on all that was below it."""
        inside = sa.and_(LockRow.root > f"{path}/", LockRow.root < f"{path}0")
        with self._database.write(durable=False) as connection:
            connection.execute(
                sa.delete(LockRow).where(LockRow.person_id == person_id, sa.or_(LockRow.root == path, inside))
            )

    def expire(self, upload_root: str, now: float) -> None:
        """Remove what has expired; a placeholder whose lock ran out without data goes with it.

        ``upload_root`` is the path of the Upload share in lock roots ("/Upload").
        """
        with self._database.write() as connection:
            expired = connection.execute(
                sa.delete(LockRow).where(LockRow.expires_at <= now).returning(LockRow.person_id, LockRow.root)
            ).all()
            for person_id, root in expired:
                if root.startswith(f"{upload_root}/") and not _is_locked(connection, person_id, root):
                    _end_placeholder(connection, person_id, root.removeprefix(f"{upload_root}/"))


def around(
    connection: sa.Connection, person_id: int, path: str, now: float, *, below: bool
) -> tuple[Lock, ...]:
    """As `Locks.around`, within the caller's transaction."""
    first, last = f"{path}/", f"{path}0" if below else f"{path}/"
    rows = _AROUND.rows(connection, person_id=person_id, path=path, now=now, first=first, last=last)
    return tuple(Lock(*row) for row in rows)


def _end_placeholder(connection: sa.Connection, person_id: int, path: str) -> None:
    made_at = entries.drop_placeholder(connection, person_id, names.key(path))
    if made_at is not None and not names.is_junk(path):
        mishaps.add_abandoned(connection, person_id, path, made_at)


def _is_locked(connection: sa.Connection, person_id: int, root: str) -> bool:
    """Whether another lock is on this root, in a transaction that has removed the expired ones."""
    query = sa.select(sa.exists().where(LockRow.person_id == person_id, LockRow.root == root))
    return bool(connection.scalar(query))


def _values(lock: Lock) -> dict[str, object]:
    return {field: getattr(lock, field) for field in lock.__slots__}
