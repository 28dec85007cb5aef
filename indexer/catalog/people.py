"""Accounts and browser sessions, as rows."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from indexer.catalog.database import Database
from indexer.catalog.tables import Base, PersonRow, SessionRow
from indexer.errors import NameTaken, OwnerNeeded
from indexer.model import Person, Session

_PERSON = (PersonRow.id, PersonRow.name, PersonRow.is_owner)


class People:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, name_key: str, password_hash: str, now: float) -> Person:
        """The first account becomes the owner's; raises NameTaken."""
        try:
            with self._database.write() as connection:
                is_owner = not connection.scalar(sa.select(sa.exists().select_from(PersonRow)))
                values = {"name": name, "name_key": name_key, "password_hash": password_hash}
                row = connection.execute(
                    sa.insert(PersonRow)
                    .values(**values, is_owner=is_owner, version=1, created_at=now)
                    .returning(*_PERSON)
                ).one()
                return Person(*row)
        except IntegrityError as error:
            raise NameTaken(name) from error

    def list(self) -> tuple[Person, ...]:
        with self._database.read() as connection:
            return tuple(
                Person(*row) for row in connection.execute(sa.select(*_PERSON).order_by(PersonRow.id))
            )

    def is_empty(self) -> bool:
        with self._database.read() as connection:
            return not connection.scalar(sa.select(sa.exists().select_from(PersonRow)))

    def find(self, name_key: str) -> tuple[Person, str] | None:
        """The person of this name and the hash of the password."""
        with self._database.read() as connection:
            query = sa.select(*_PERSON, PersonRow.password_hash).where(PersonRow.name_key == name_key)
            row = connection.execute(query).one_or_none()
        return (Person(*row[:3]), row[3]) if row else None

    def set_password_hash(self, person_id: int, password_hash: str) -> None:
        """Also ends the person's browser sessions: a changed password must lock others out."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(PersonRow).where(PersonRow.id == person_id).values(password_hash=password_hash)
            )
            connection.execute(sa.delete(SessionRow).where(SessionRow.person_id == person_id))

    def remove(self, person_id: int) -> bool:
        """Take out the person with every row of theirs; the originals stay. False for one who is not there.

        Raises OwnerNeeded.
        """
        with self._database.write() as connection:
            is_owner = connection.scalar(sa.select(PersonRow.is_owner).where(PersonRow.id == person_id))
            others = sa.select(sa.exists().where(PersonRow.id != person_id))
            if is_owner and connection.scalar(others):
                raise OwnerNeeded
            # Children first; a table of tomorrow is not forgotten.
            for table in reversed(Base.metadata.sorted_tables):
                if "person_id" in table.c:
                    connection.execute(sa.delete(table).where(table.c.person_id == person_id))
            return connection.execute(sa.delete(PersonRow).where(PersonRow.id == person_id)).rowcount == 1

    def open_session(
        self, secret_hash: str, person_id: int, csrf_token: str, expires_at: float, now: float
    ) -> None:
        """Keep a new session; forget the expired ones."""
        with self._database.write() as connection:
            connection.execute(sa.delete(SessionRow).where(SessionRow.expires_at <= now))
            connection.execute(
                sa.insert(SessionRow).values(
                    secret_hash=secret_hash, person_id=person_id, csrf_token=csrf_token, expires_at=expires_at
                )
            )

    def find_session(self, secret_hash: str, now: float) -> Session | None:
        query = (
            sa.select(*_PERSON, SessionRow.csrf_token)
            .join(SessionRow, SessionRow.person_id == PersonRow.id)
            .where(SessionRow.secret_hash == secret_hash, SessionRow.expires_at > now)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return Session(Person(*row[:3]), row[3]) if row else None

    def close_session(self, secret_hash: str) -> None:
        with self._database.write() as connection:
            connection.execute(sa.delete(SessionRow).where(SessionRow.secret_hash == secret_hash))
