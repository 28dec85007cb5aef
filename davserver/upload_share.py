"""The writable share: a view of entries, never a directory. Names change here, originals never.

A PUT becomes a hashing writer (`indexer.hashing`), its end becomes `intake.accept`; until then
nothing is visible, afterwards everything is durable.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from wsgidav.dav_error import HTTP_FORBIDDEN, DAVError
from wsgidav.dav_provider import DAVCollection

from davserver.protocol.headers import Declared
from davserver.receipt_texts import ReceiptTextFile, ReceiptTexts
from davserver.stored_file import StoredFile, ref_url
from indexer import names
from indexer.catalog.listings import Listed
from indexer.intake import Intake
from indexer.model import Door, Entry, EntryType, Person
from indexer.upload_tree import UploadTree

NAME = "Upload"
_QUOTA_STEP_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class UploadShare:
    """One person's Upload share; resolves paths to DAV resources."""

    intake: Intake
    tree: UploadTree
    person: Person
    receipts: ReceiptTexts

    def resolve(
        self, path: str, url: str, environ: dict[str, Any]
    ) -> UploadFolder | UploadFile | ReceiptTextFile | None:
        """The resource of a path ("" is the share itself); ``url`` is the path as the client sent it."""
        if not path:
            return UploadFolder(self, "", url, environ, None)
        entry = self.tree.get(self.person.id, path)
        if entry is None:
            return self.receipts.find(path, url, environ)
        return self.resource(entry, path, url, environ)

    def resource(
        self, entry: Entry, path: str, url: str, environ: dict[str, Any]
    ) -> UploadFolder | UploadFile:
        if entry.type is EntryType.FOLDER:
            return UploadFolder(self, path, url, environ, entry)
        return UploadFile(self, path, url, environ, entry)

    def receive(self, path: str, declared: Declared, blocks: Iterable[bytes | memoryview]) -> Entry:
        """Take a file in, whole and durable, or raise and leave everything as it was."""
        with self.intake.begin(self.person.id, path, declared.announced) as incoming:
            for block in blocks:
                incoming.write(block)
            return self.intake.accept(
                incoming, self.person.id, path, door=Door.SHARE, client_mtime=declared.mtime,
                is_favourite=declared.is_favourite,
            )  # fmt: skip


class _Named:
    """What folders and files of the share have in common: they can be renamed, copied, removed, annotated."""

    share: UploadShare
    upload_path: str
    entry: Entry | None
    environ: dict[str, Any]
    provider: Any
    path: str

    def get_ref_url(self) -> str:
        return ref_url(self.path)

    def remove(self) -> None:
        """DELETE: the name goes, and of a folder all names below it; originals stay."""
        self.share.receipts.check_free(self.upload_path)
        self.share.tree.remove(self.share.person.id, self._own_path())
        self._remove_locks()

    def move(self, target_url: str) -> None:
        """MOVE: the same file or folder under another name, in place of what had it."""
        target = self._target(target_url)
        self.share.receipts.check_free(self.upload_path)
        self.share.tree.move(self.share.person.id, self._own_path(), target)
        self._remove_locks()

    def copy(self, target_url: str, *, is_deep: bool) -> None:
        """COPY: a further name for the same original; ``is_deep`` with all that a folder holds."""
        target = self._target(target_url)
        self.share.tree.copy(self.share.person.id, self._own_path(), target, deep=is_deep)

    def prevent_locking(self) -> bool:
        # A lock on the whole share, left behind by a crash, would stop every copy for an hour.
        return self.entry is None

    def _own_path(self) -> str:
        if self.entry is None:
            raise DAVError(HTTP_FORBIDDEN, context_info="The Upload share itself stays where it is.")
        return self.upload_path

    def _target(self, url: str) -> str:
        """Where a MOVE or COPY goes; what stands there is replaced with all that it holds."""
        path = _upload_path(url)
        self.share.receipts.check_free(path)
        return path

    def _remove_locks(self) -> None:
        self.provider.lock_manager.release_below(ref_url(self.path))


class UploadFolder(_Named, DAVCollection):  # type: ignore[misc]  # WsgiDAV has no types
    def __init__(
        self, share: UploadShare, path: str, url: str, environ: dict[str, Any], entry: Entry | None
    ) -> None:
        super().__init__(url, environ)
        self.share, self.upload_path, self.entry = share, path, entry

    def get_member_names(self) -> list[str]:
        own = self.share.tree.children(self.share.person.id, self.upload_path)
        return [entry.name for entry in own] + [line.name for line in self.listed_receipts()]

    def listed_receipts(self) -> list[Listed]:
        """The lines of receipts that a listing shows beside the entries."""
        return self.share.receipts.lines(self.upload_path)

    def create_empty_resource(self, name: str) -> None:
        """The placeholder of a LOCK on a new name (RFC 4918 7.3)."""
        self.share.tree.make_placeholder(self.share.person.id, names.join(self.upload_path, name))

    def create_collection(self, name: str) -> None:
        path = names.join(self.upload_path, name)
        self.share.tree.make_folder(self.share.person.id, path)

    def get_last_modified(self) -> float | None:
        return self.entry.mtime if self.entry else None

    def get_available_bytes(self) -> int:
        # Coarse on purpose: to the byte, it would tell whether somebody else holds the same file.
        return self.share.intake.staging.available_bytes() // _QUOTA_STEP_BYTES * _QUOTA_STEP_BYTES

    def get_used_bytes(self) -> int:
        return self.share.intake.catalog.items.tally(self.share.person.id)[0].size_bytes


class UploadFile(_Named, StoredFile):
    entry: Entry

    def __init__(
        self, share: UploadShare, path: str, url: str, environ: dict[str, Any], entry: Entry
    ) -> None:
        super().__init__(url, environ)
        self.share, self.upload_path, self.entry = share, path, entry
        self.size_bytes, self.mime, self.etag = entry.size_bytes, entry.mime, entry.etag
        self.mtime, self.created_at = entry.mtime, entry.created_at

    def open(self) -> BinaryIO:
        return self.share.intake.open(self.entry) if self.entry.sha256 else io.BytesIO()


def _upload_path(url: str) -> str:
    """The path in the share of a decoded URL path; raises for other places and impossible names."""
    share, _, path = url.strip("/").partition("/")
    if share != NAME:
        raise DAVError(HTTP_FORBIDDEN, context_info="Files move within the Upload folder only.")
    return path
