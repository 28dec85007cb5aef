"""The tables of grouping: shots and bursts as they were found, what decisions name, and what is due.

Which item is in which group stands in its own row (`indexer.catalog.tables.ItemRow`).
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Integer, func
from sqlalchemy.orm import Mapped, mapped_column

from indexer.catalog.tables import Base, ItemRow

# Of a statement about items: those that are shown of their shots and bursts.
IS_COVER = (ItemRow.shot_rank == 0, func.coalesce(ItemRow.burst_rank, 0) == 0)


class ShotRow(Base):
    """A shot of several items, or one that people touched. ``why`` and ``rules`` are JSON lists."""

    __tablename__ = "shot"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    count: Mapped[int]
    why: Mapped[str]
    rules: Mapped[str]
    is_locked: Mapped[bool]


class BurstRow(Base):
    """As `ShotRow`; ``count`` is of shots."""

    __tablename__ = "burst"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    count: Mapped[int]
    why: Mapped[str]
    rules: Mapped[str]
    is_locked: Mapped[bool]


class KinRow(Base):
    """A key by which an item's kin find it, even if it is gone; see `indexer.grouping.kinship`."""

    __tablename__ = "kin"
    __table_args__ = (Index("kin_of_item", "person_id", "sha256", "key"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)


class RegroupingRow(Base):
    """An item whose kin are to be grouped anew; it may be gone by now."""

    __tablename__ = "regrouping"
    __table_args__ = (Index("regrouping_of_person", "person_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    sha256: Mapped[str]


class DecidedItemRow(Base):
    """An item that a decision about groups names; whether it is held now does not matter."""

    __tablename__ = "decided_item"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(
        ForeignKey("arrangement.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PreferenceRow(Base):
    """What a person set for their own library."""

    __tablename__ = "preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
