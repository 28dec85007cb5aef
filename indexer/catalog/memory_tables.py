"""The tables of what is found out about items from those around them: shelves, lent places, memories, albums.

All of it is made anew from items and decisions at any time; ``stale_day`` tells for which days it must be.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indexer.catalog.tables import Base


class DecisionRow(Base):
    """A decision of any scope; see `indexer.catalog.ledger`. The table's name is older than the word.

    ``subject`` is what within its scope it is about, such as an item; ``body`` is JSON.
    """

    __tablename__ = "arrangement"
    __table_args__ = (Index("arrangement_of_scope", "person_id", "scope", "subject", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[float]
    scope: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    undone_at: Mapped[float | None]


class StaleDayRow(Base):
    """A day of which something has changed since it was last looked at, ``marks`` times."""

    __tablename__ = "stale_day"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    marks: Mapped[int] = mapped_column(BigInteger)


class AspectRow(Base):
    """One narrow row for each item, in the order of capture, so that a filter reads little.

    ``categories`` is a set of bits (see `indexer.tending`); ``place`` its own or the lent one; ``lent_*`` are
    the estimate for an item without a position of its own, ``lender`` the item whose place it is.
    """

    __tablename__ = "aspect"
    __table_args__ = (Index("aspect_in_capture_order", "person_id", "taken_at", "sha256"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[str]
    categories: Mapped[int] = mapped_column(BigInteger)
    camera: Mapped[str | None]
    lens: Mapped[str | None]
    place: Mapped[str | None]
    lent_lat: Mapped[float | None]
    lent_lon: Mapped[float | None]
    lent_confidence: Mapped[float | None]
    lender: Mapped[str | None]


class SuggestionRow(Base):
    """A memory as it is suggested; ``members`` is a JSON list of shots, in the order of capture."""

    __tablename__ = "suggestion"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    first_day: Mapped[str]
    last_day: Mapped[str]
    title: Mapped[str]
    cover: Mapped[str]
    score: Mapped[float]
    why: Mapped[str]
    members: Mapped[str]


class CollectionRow(Base):
    """A memory or an album as it holds, decisions included. ``folder`` is its name in the Library share.

    ``fingerprint`` stands for all of it, so that what has not changed is not written again.
    """

    __tablename__ = "collection"
    __table_args__ = (
        UniqueConstraint("person_id", "sort", "folder_key", name="collection_folder"),
        Index("collection_by_day", "person_id", "sort", "first_day", "id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    sort: Mapped[str]
    kind: Mapped[str | None]
    first_day: Mapped[str]
    last_day: Mapped[str]
    title: Mapped[str]
    cover: Mapped[str | None]
    score: Mapped[float]
    why: Mapped[str]
    count: Mapped[int]
    is_hidden: Mapped[bool]
    is_pinned: Mapped[bool]
    folder: Mapped[str]
    folder_key: Mapped[str]
    fingerprint: Mapped[str]


class CollectionShotRow(Base):
    """A shot in a memory or album."""

    __tablename__ = "collection_shot"
    __table_args__ = (UniqueConstraint("person_id", "collection_id", "rank", name="collection_order"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    collection_id: Mapped[str] = mapped_column(primary_key=True)
    shot_id: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]


class TvFileRow(Base):
    """What televisions get of an item: its exact size and digest. ``name`` is unique in its day, for ever.

    ``derivative`` names the file that is sent, "" the original itself.
    """

    __tablename__ = "tv_file"
    __table_args__ = (UniqueConstraint("person_id", "day", "key", name="tv_file_name"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str]
    name: Mapped[str]
    key: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str]
    digest: Mapped[str]
    derivative: Mapped[str]
