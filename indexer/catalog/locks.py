"""WebDAV locks as rows: they survive a restart, and all processes see the same ones."""

from __future__ import annotations

import sqlalchemy as sa

from indexer import names
from indexer.catalog import entries
from indexer.catalog.database import Database
from indexer.catalog.tables import LockRow
from indexer.model import Lock

_COLUMNS = (
    LockRow.token, LockRow.root, LockRow.owner_xml, LockRow.depth, LockRow.scope, LockRow.timeout_s,
    LockRow.expires_at,
)  # fmt: skip


class Locks:
    """Expired locks are never returned; `expire` removes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, person_id: int, token: str, now: float) -> Lock | None:
        query = sa.select(*_COLUMNS).where(*_live(person_id, now), LockRow.token == token)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return Lock(*row) if row else None

    def add(self, person_id: int, lock: Lock, now: float) -> bool:
        """Grant a lock unless a live one on the same root forbids it; False when it does."""
        with self._database.write() as connection:
            on_root = sa.select(LockRow.scope).where(*_live(person_id, now), LockRow.root == lock.root)
            scopes = set(connection.scalars(on_root))
            if "exclusive" in scopes or (scopes and lock.scope == "exclusive"):
                return False
            connection.execute(sa.insert(LockRow).values(person_id=person_id, **_values(lock)))
            return True

    def refresh(self, person_id: int, token: str, timeout_s: float, now: float) -> Lock | None:
        """Let a live lock last ``timeout_s`` from now."""
        here = (*_live(person_id, now), LockRow.token == token)
        with self._database.write() as connection:
            update = sa.update(LockRow).where(*here).values(timeout_s=timeout_s, expires_at=now + timeout_s)
            connection.execute(update)
        return self.get(person_id, token, now)

    def remove(self, person_id: int, token: str, upload_root: str) -> bool:
        """End a lock. A version that its holder emptied and then sent no data for comes back.

        ``upload_root`` is the path of the Upload share in lock roots ("/Upload").
        """
        with self._database.write() as connection:
            delete = sa.delete(LockRow).where(LockRow.person_id == person_id, LockRow.token == token)
            root = connection.scalar(delete.returning(LockRow.root))
            if root is None:
                return False
            if root.startswith(f"{upload_root}/"):
                entries.restore_hidden(connection, person_id, names.key(root.removeprefix(f"{upload_root}/")))
            return True

    def on(
        self, person_id: int, root: str, now: float, *, include_root: bool, include_children: bool
    ) -> tuple[Lock, ...]:
        """The live locks whose root is the path itself and/or lies below it."""
        wanted = []
        if include_root:
            wanted.append(LockRow.root == root)
        if include_children:
            folder = root.rstrip("/")
            wanted.append(sa.and_(LockRow.root > f"{folder}/", LockRow.root < f"{folder}0"))
        query = sa.select(*_COLUMNS).where(*_live(person_id, now), sa.or_(*wanted))
        with self._database.read() as connection:
            return tuple(Lock(*row) for row in connection.execute(query))

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
                    path = root.removeprefix(f"{upload_root}/")
                    entries.drop_placeholder(connection, person_id, names.key(path))


def _is_locked(connection: sa.Connection, person_id: int, root: str) -> bool:
    """Whether another lock is on this root, in a transaction that has removed the expired ones."""
    query = sa.select(sa.exists().where(LockRow.person_id == person_id, LockRow.root == root))
    return bool(connection.scalar(query))


def _live(person_id: int, now: float) -> tuple[sa.ColumnElement[bool], ...]:
    return LockRow.person_id == person_id, LockRow.expires_at > now


def _values(lock: Lock) -> dict[str, object]:
    return {field: getattr(lock, field) for field in lock.__slots__}
