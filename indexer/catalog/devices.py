"""Devices, as rows; and the one question that is asked with every login."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from indexer.catalog.database import Database
from indexer.catalog.prepared import Prepared, Row
from indexer.catalog.tables import DeviceRow, PersonRow
from indexer.errors import LabelTaken, TooManyDevices
from indexer.model import Device, Login, Person

# A Digest login names no device: every one of the person's is tried.
MOST_DEVICES = 100
_DEVICE = (
    DeviceRow.id, DeviceRow.label, DeviceRow.is_read_only, DeviceRow.created_at, DeviceRow.used_at,
)  # fmt: skip
_PERSON = (PersonRow.id, PersonRow.name, PersonRow.is_owner)
_SCOPE = (DeviceRow.id, DeviceRow.is_read_only, DeviceRow.used_at)
_BY_NAME = PersonRow.name_key == sa.bindparam("name_key")
_IS_THIS_ONE = sa.and_(
    DeviceRow.person_id == PersonRow.id, DeviceRow.secret_hash == sa.bindparam("secret_hash")
)
_BASIC = Prepared(
    sa.select(*_PERSON, PersonRow.password_hash, *_SCOPE)
    .outerjoin_from(PersonRow, DeviceRow, _IS_THIS_ONE)
    .where(_BY_NAME)
)
_DIGEST = Prepared(
    sa.select(*_PERSON, DeviceRow.digest_ha1, *_SCOPE)
    .join_from(PersonRow, DeviceRow, DeviceRow.person_id == PersonRow.id)
    .where(_BY_NAME)
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A login that a name allows: ``proof`` is what its password is compared with."""

    login: Login
    proof: str
    used_at: float | None = None


class Devices:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find_login(self, name_key: str, secret_hash: str) -> Candidate | None:
        """The device of this secret, else the account itself with its password's hash as ``proof``."""
        with self._database.read() as connection:
            row = _BASIC.row(connection, name_key=name_key, secret_hash=secret_hash)
        return _candidate(row) if row else None

    def digest_logins(self, name_key: str) -> tuple[Candidate, ...]:
        """All devices of this name, with their HA1 as ``proof``."""
        with self._database.read() as connection:
            return tuple(map(_candidate, _DIGEST.rows(connection, name_key=name_key)))

    def add(
        self, person_id: int, label: str, secret_hash: str, digest_ha1: str, now: float, *, is_read_only: bool
    ) -> Device:
        """Keep a new device; raises LabelTaken, TooManyDevices."""
        # Drawn, since SQLite gives the number of a revoked device to the next one, and a page may be old.
        values = {"id": secrets.randbits(31), "person_id": person_id, "label": label, "created_at": now}
        proofs = {"secret_hash": secret_hash, "digest_ha1": digest_ha1}
        try:
            with self._database.write() as connection:
                count = sa.select(sa.func.count()).select_from(DeviceRow)
                if connection.scalar(count.where(DeviceRow.person_id == person_id)) == MOST_DEVICES:
                    raise TooManyDevices(MOST_DEVICES)
                row = connection.execute(
                    sa.insert(DeviceRow)
                    .values(**values, **proofs, is_read_only=is_read_only)
                    .returning(*_DEVICE)
                ).one()
                return Device(*row)
        except IntegrityError as error:
            raise LabelTaken(label) from error

    def list(self, person_id: int) -> tuple[Device, ...]:
        """The person's devices, oldest first."""
        query = sa.select(*_DEVICE).where(DeviceRow.person_id == person_id).order_by(DeviceRow.created_at)
        with self._database.read() as connection:
            return tuple(Device(*row) for row in connection.execute(query))

    def remove(self, person_id: int, device_id: int) -> bool:
        """Forget a device; False when this person has no such one."""
        is_it = sa.and_(DeviceRow.person_id == person_id, DeviceRow.id == device_id)
        with self._database.write() as connection:
            return connection.execute(sa.delete(DeviceRow).where(is_it)).rowcount == 1

    def note_use(self, device_id: int, now: float) -> None:
        with self._database.write(durable=False) as connection:
            connection.execute(sa.update(DeviceRow).where(DeviceRow.id == device_id).values(used_at=now))


def _candidate(row: Row) -> Candidate:
    person_id, name, is_owner, proof, device_id, is_read_only, used_at = row
    person = Person(person_id, name, bool(is_owner))
    return Candidate(Login(person, device_id, bool(is_read_only)), proof, used_at)
