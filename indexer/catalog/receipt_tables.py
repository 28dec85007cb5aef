"""The tables of receipts: what of the uploads was gathered, and what went wrong meanwhile.

An upload pays for none of them: rows of ``upload`` are gathered afterwards, in the order of their ids.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from indexer.catalog.tables import Base, EntryRow

PLACEHOLDERS = text("type = 'placeholder'")

# Few names are empty at any moment; to find those of a copy must not cost a walk through its folder.
Index(
    "entry_placeholder",
    EntryRow.person_id,
    EntryRow.path,
    sqlite_where=PLACEHOLDERS,
    postgresql_where=PLACEHOLDERS,
)


class ReceiptRow(Base):
    """One copy. ``active_at`` is when something of it last arrived or was on its way; the numbers and what
    follows them are filled when it is closed, and never change again."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index("receipt_of_person", "person_id", "id"),
        Index("receipt_state", "state"),
        UniqueConstraint("person_id", "file_name", name="receipt_file_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    folder: Mapped[str]
    door: Mapped[str]
    state: Mapped[str]
    begun_at: Mapped[float]
    ended_at: Mapped[float]
    active_at: Mapped[float]
    frozen_at: Mapped[float | None]
    new: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    not_media: Mapped[int] = mapped_column(default=0)
    junk: Mapped[int] = mapped_column(default=0)
    empty: Mapped[int] = mapped_column(default=0)
    incomplete: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    verified: Mapped[int] = mapped_column(default=0)
    damaged: Mapped[int] = mapped_column(default=0)
    by_digest: Mapped[int] = mapped_column(default=0)
    verdict: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[float | None]
    file_name: Mapped[str | None]
    text_bytes: Mapped[int | None] = mapped_column(BigInteger)
    text_sha256: Mapped[str | None]
    # Last, so that questions about the columns before it never read it.
    text: Mapped[str | None]


class ReceiptFileRow(Base):
    """One file of a copy; ``key`` is its path in the form by which names are compared."""

    __tablename__ = "receipt_file"

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    outcome: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[float]
    sha256: Mapped[str | None]
    first_at: Mapped[float | None]
    is_verified: Mapped[bool | None]
    reason: Mapped[str]
    is_by_digest: Mapped[bool] = mapped_column(default=False)


class GatheredRow(Base):
    """How far the uploads have been gathered; one row."""

    __tablename__ = "gathered"

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(BigInteger)


class MishapRow(Base):
    """A file that did not come in; gone when it has been gathered."""

    __tablename__ = "mishap"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    path: Mapped[str]
    door: Mapped[str]
    at: Mapped[float]
    outcome: Mapped[str]
    received_bytes: Mapped[int] = mapped_column(BigInteger)
    expected_bytes: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]


class DamageRow(Base):
    """An original whose bytes on the disk were found to be wrong; gone when fresh ones have come."""

    __tablename__ = "damage"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    found_at: Mapped[float]
