"""Closed receipts inside the mount: read-only texts in the folder Receipts of the Upload share.

The folder is a real one, made with the first receipt, so that files of one's own have a place in it too;
the texts are shown beside them, and an own file of the same name goes first.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, BinaryIO

from wsgidav import util
from wsgidav.dav_error import HTTP_FORBIDDEN, DAVError

from davserver.read_only import ReadOnlyResource
from davserver.stored_file import StoredFile
from indexer import names
from indexer.catalog.listings import Listed
from indexer.catalog.receipts import FOLDER
from indexer.model import EntryType, Person
from indexer.receipt import ReceiptText
from indexer.receipts.copies import Receipts

_MIME = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class ReceiptTexts:
    """One person's closed receipts as files."""

    receipts: Receipts
    person: Person

    def find(self, path: str, url: str, environ: dict[str, Any]) -> ReceiptTextFile | None:
        """The receipt of a path in the Upload share; ``url`` is the path as the client sent it."""
        if not is_in_folder(path):
            return None
        found = self.receipts.text_named(self.person, names.last(path))
        return ReceiptTextFile(self, found, url, environ) if found else None

    def lines(self, folder: str) -> list[Listed]:
        """What a listing of this folder shows beside its entries."""
        if names.key(folder) != FOLDER:
            return []
        own = {entry.path for entry in self.receipts.catalog.entries.children(self.person.id, FOLDER)}
        lines = map(_line, self.receipts.texts(self.person))
        return [line for line in lines if line.key not in own]

    def check_free(self, path: str) -> None:
        """Raise DAVError 403 where this is the folder, and receipts are in it; a file of that name may go."""
        if names.key(path) != FOLDER or not self.receipts.texts(self.person):
            return
        entry = self.receipts.catalog.entries.get(self.person.id, FOLDER)
        if entry is not None and entry.type is EntryType.FOLDER:
            raise DAVError(
                HTTP_FORBIDDEN, context_info="The folder Receipts stays; remove files of your own one by one."
            )


class ReceiptTextFile(ReadOnlyResource, StoredFile):
    """A receipt; its bytes never change."""

    refusal = "A receipt can be read and copied to your computer, not changed."
    mime = _MIME

    def __init__(self, texts: ReceiptTexts, text: ReceiptText, url: str, environ: dict[str, Any]) -> None:
        super().__init__(url, environ)
        self._texts, self._text = texts, text
        self.size_bytes, self.etag = text.size_bytes, text.sha256
        self.mtime = self.created_at = text.closed_at

    def open(self) -> BinaryIO:
        return io.BytesIO(self._texts.receipts.text(self._texts.person, self._text.receipt_id).encode())

    def listed(self) -> Listed:
        """Its line of a listing of itself."""
        return _line(self._text)._replace(name=util.get_uri_name(self.path))


def is_in_folder(path: str) -> bool:
    """Whether a path of the Upload share lies directly in the folder of the receipts."""
    return names.key(names.parent(path)) == FOLDER


def _line(text: ReceiptText) -> Listed:
    return Listed(
        names.join(FOLDER, text.name), text.name, False, text.closed_at, text.closed_at, text.sha256,
        text.size_bytes, _MIME,
    )  # fmt: skip
