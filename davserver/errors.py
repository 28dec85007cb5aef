"""Library errors as WebDAV answers: a status, and a sentence that file managers show to people.

GNOME's file manager shows the reason phrase itself, so the sentence stands there too.
"""

from __future__ import annotations

import json

from wsgidav.dav_error import DAVError, get_http_status_string

from davserver.wsgi import ShortAnswer
from indexer.errors import (
    BadName,
    CatalogBusy,
    ChecksumMismatch,
    IncompleteUpload,
    LibraryError,
    NameOccupied,
    NoRoom,
    NoSuchEntry,
    NoSuchItem,
    NoSuchTransfer,
    OriginalMissing,
    PartsMissing,
    ReadOnly,
    TooLarge,
    TooManyParts,
    TooManyProperties,
    TooManyTransfers,
    TransferBusy,
    TransferExists,
)  # fmt: skip

_STATUS: tuple[tuple[type[LibraryError], int], ...] = (
    (NoRoom, 507),
    (TooLarge, 413),
    (ReadOnly, 403),
    (BadName, 400),
    (IncompleteUpload, 400),
    (ChecksumMismatch, 400),
    (NameOccupied, 405),
    (NoSuchEntry, 409),
    (NoSuchItem, 404),
    (TooManyProperties, 507),
    (NoSuchTransfer, 404),
    (TransferExists, 405),
    (TransferBusy, 423),
    (PartsMissing, 400),
    (TooManyParts, 400),
    (TooManyTransfers, 507),
    (CatalogBusy, 503),
    (OriginalMissing, 500),
)
_API_CODES = {400: "bad_request", 401: "not_logged_in", 403: "read_only_device", 429: "too_many_attempts"}
_SENTENCES = {
    401: "Log in with your Private Photo Cloud account.",
    404: "There is nothing here under this name.",
    409: "The folder for this name does not exist.",
    412: "The file on the server is not in the state that your program expected.",
    423: "Another program has locked this file.",
}


def status_of(error: LibraryError) -> int:
    """The HTTP status for a library error; 400 for one that no table names."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def refused(status: int, sentence: str, body: bytes | None = None, mime: str = "text/plain") -> ShortAnswer:
    """A refusing answer: the sentence stands in the status line, and in the body if there is no other."""
    # A status line is one line of Latin-1; sentences that quote names may be neither.
    reason = sentence.encode("ascii", "replace").decode().splitlines()[0][:200]
    body = body or f"{sentence}\n".encode()
    headers = (("Content-Type", f"{mime}; charset=utf-8"), ("Content-Length", str(len(body))))
    return ShortAnswer(f"{status} {reason}", headers, body)


def refusal(error: DAVError | LibraryError) -> ShortAnswer:
    """What a client is told about an error of the library or of WsgiDAV."""
    if isinstance(error, LibraryError):
        return refused(status_of(error), str(error))
    if error.err_condition is not None:
        condition = error.err_condition.as_string().encode()
        return refused(error.value, _sentence(error), condition, "application/xml")
    return refused(error.value, _sentence(error))


def api_refusal(status: int, sentence: str) -> ShortAnswer:
    """The same for a program that asked the API: it reads JSON (DESIGN section 7)."""
    error = {"code": _API_CODES[status], "message": sentence}
    return refused(status, sentence, json.dumps({"error": error}).encode(), "application/json")


def _sentence(error: DAVError) -> str:
    # What WsgiDAV says with these two is only a path, or nothing.
    own = None if error.value in (404, 423) else error.context_info
    return own or _SENTENCES.get(error.value) or get_http_status_string(error).partition(" ")[2]
