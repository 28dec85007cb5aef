"""The tables, portable between SQLite and PostgreSQL.

A person's id leads every key, so that no question ever crosses libraries and the data can be
divided by person. Times of capture are text (see `indexer.model`); because ISO 8601 sorts as text,
"unknown" sorts after every date and a fraction of a second after its whole second.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

UNKNOWN_TIME = "unknown"


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {str: Text}


class PersonRow(Base):
    """``version`` grows with every change of this person's library."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    is_owner: Mapped[bool]
    version: Mapped[int] = mapped_column(BigInteger, default=1)
    created_at: Mapped[float]


class SessionRow(Base):
    """A browser's login; only the hash of its cookie is kept."""

    __tablename__ = "session"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    csrf_token: Mapped[str]
    expires_at: Mapped[float] = mapped_column(index=True)


class DeviceRow(Base):
    """Something that mounts a share. ``secret_hash`` is the SHA-256 of its password, ``digest_ha1`` the
    MD5 of name, realm and password that HTTP Digest needs (RFC 7616 3.4.2)."""

    __tablename__ = "device"
    __table_args__ = (UniqueConstraint("person_id", "label", name="device_label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    label: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(index=True)
    digest_ha1: Mapped[str]
    is_read_only: Mapped[bool]
    created_at: Mapped[float]
    used_at: Mapped[float | None]


class OriginalRow(Base):
    __tablename__ = "original"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    mime: Mapped[str]
    extension: Mapped[str]
    added_at: Mapped[float]


class ItemRow(Base):
    """``library_name`` is the item's name in the Library share (unique in its day, kept for ever);
    ``library_key`` its case-folded form. Both are None until the indexer knows the day. ``recipe`` is the
    one with which it was indexed (None: never yet), ``details`` is for `indexer.catalog.details`. ``shift_s``
    is by how much its camera's clock was corrected; ``decided`` is JSON of what people say against the file.
    ``shot_rank`` 0 is the cover of the shot ``shot_id``, ``burst_rank`` 0 the cover shot of the burst."""

    __tablename__ = "item"
    __table_args__ = (
        Index("item_in_capture_order", "person_id", "taken_at", "sha256"),
        Index("item_by_day", "person_id", "day", "shot_rank", "burst_rank"),
        Index("item_of_shot", "person_id", "shot_id"),
        Index("item_of_burst", "person_id", "burst_id"),
        UniqueConstraint("person_id", "day", "library_key", name="item_library_name"),
        # Without what waits: an upload should not pay for it.
        Index(
            "item_by_recipe",
            "recipe",
            sqlite_where=text("recipe IS NOT NULL"),
            postgresql_where=text("recipe IS NOT NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("original.sha256"), primary_key=True)
    name: Mapped[str]
    search: Mapped[str]
    kind: Mapped[str]
    mime: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    client_mtime: Mapped[float | None]
    added_at: Mapped[float]
    state: Mapped[str]
    failure_step: Mapped[str | None]
    failure_reason: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_at: Mapped[str] = mapped_column(default=UNKNOWN_TIME)
    day: Mapped[str] = mapped_column(default=UNKNOWN_TIME)
    taken_at_source: Mapped[str | None]
    utc_offset: Mapped[str | None]
    camera_make: Mapped[str | None]
    camera_model: Mapped[str | None]
    camera_lens: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    duration_s: Mapped[float | None]
    favourite: Mapped[bool] = mapped_column(default=False)
    library_name: Mapped[str | None]
    library_key: Mapped[str | None]
    place: Mapped[str | None]
    rating: Mapped[int | None]
    title: Mapped[str | None]
    thumbhash: Mapped[str | None]
    recipe: Mapped[int | None]
    details: Mapped[str | None]
    shift_s: Mapped[int] = mapped_column(server_default="0")
    decided: Mapped[str | None]
    shot_id: Mapped[str] = mapped_column(server_default="")
    shot_rank: Mapped[int] = mapped_column(server_default="0")
    burst_id: Mapped[str | None]
    burst_rank: Mapped[int | None]


class UploadRow(Base):
    """One arrival; ``is_new`` is false when the person held these bytes already, ``is_by_digest`` true when
    they were not even sent."""

    __tablename__ = "upload"
    __table_args__ = (Index("upload_of_item", "person_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sha256: Mapped[str]
    path: Mapped[str]
    door: Mapped[str]
    at: Mapped[float]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    is_new: Mapped[bool]
    is_by_digest: Mapped[bool] = mapped_column(default=False)


class EntryRow(Base):
    """``previous_*`` is the version that an empty placeholder hides, shown again if no data follows.

    ``checksums`` are those that the client declared and we verified: "SHA1:... MD5:..."."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("entry_in_folder", "person_id", "folder", "path"),
        Index("entry_junk", "is_junk", "changed_at"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    folder: Mapped[str]
    name: Mapped[str]
    type: Mapped[str]
    sha256: Mapped[str | None] = mapped_column(index=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    mime: Mapped[str]
    mtime: Mapped[float]
    created_at: Mapped[float]
    changed_at: Mapped[float]
    is_junk: Mapped[bool] = mapped_column(default=False)
    properties: Mapped[str] = mapped_column(default="{}")
    previous_sha256: Mapped[str | None]
    previous_mtime: Mapped[float | None]
    checksums: Mapped[str] = mapped_column(default="", server_default="")


class LockRow(Base):
    __tablename__ = "dav_lock"
    __table_args__ = (Index("dav_lock_root", "person_id", "root"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    root: Mapped[str]
    owner_xml: Mapped[str]
    depth: Mapped[str]
    scope: Mapped[str]
    timeout_s: Mapped[float]
    expires_at: Mapped[float] = mapped_column(index=True)


class TransferRow(Base):
    """``claimed_until`` guards the parts while they are put together; 0 when nobody does."""

    __tablename__ = "transfer"
    __table_args__ = (Index("transfer_idle", "used_at"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str | None]
    expected_bytes: Mapped[int | None] = mapped_column(BigInteger)
    begun_at: Mapped[float]
    used_at: Mapped[float]
    claimed_until: Mapped[float]


class PartRow(Base):
    __tablename__ = "transfer_part"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    transfer: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger)
    is_offset: Mapped[bool]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    file: Mapped[str]
    at: Mapped[float]


class ResumableRow(Base):
    """An upload that grows; see `indexer.model.Resumable`."""

    __tablename__ = "resumable"
    __table_args__ = (Index("resumable_of_person", "person_id"), Index("resumable_idle", "used_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    target: Mapped[str | None]
    mtime: Mapped[float | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    received_bytes: Mapped[int] = mapped_column(BigInteger)
    told: Mapped[str]
    parts: Mapped[str]
    used_at: Mapped[float]
    stored_path: Mapped[str | None]
    sha256: Mapped[str | None]


class HintRow(Base):
    """What came beside a file about it; see `indexer.model.Hint`."""

    __tablename__ = "hint"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    taken_at: Mapped[float | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    altitude_m: Mapped[float | None]
    title: Mapped[str | None]
    description: Mapped[str | None]


class JobRow(Base):
    """Work still to do, or given up. ``due`` is when its claim runs out, ``token`` names the claim."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("person_id", "sha256", "kind", name="job_key"),
        Index("job_to_claim", "state", "priority", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sha256: Mapped[str]
    kind: Mapped[str]
    priority: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    due: Mapped[float]
    token: Mapped[str | None]


class SettingRow(Base):
    """What the owner set while the server ran, and a restart keeps."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
