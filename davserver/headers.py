"""What clients say about a file beside its bytes: lengths, checksums, times. Pure.

Header names come in any case; WSGI has folded them already.
"""

from __future__ import annotations

import email.utils
from typing import Any

from wsgidav.dav_error import HTTP_BAD_REQUEST, DAVError

from indexer.hashing import CHECKSUMS, Announced

_LENGTHS = ("HTTP_X_EXPECTED_ENTITY_LENGTH", "HTTP_OC_TOTAL_LENGTH", "CONTENT_LENGTH")
_LATEST_MTIME = 2.0**35


def announced(environ: dict[str, Any]) -> Announced:
    """The promised length and checksums of a PUT; DAVError 400 for lengths that are no numbers or differ.

    Finder streams with ``X-Expected-Entity-Length``, ownCloud's clients add ``OC-Total-Length`` and
    ``OC-Checksum: SHA1:...``.
    """
    lengths = {_length(environ[name]) for name in _LENGTHS if environ.get(name)}
    if len(lengths) > 1:
        raise DAVError(HTTP_BAD_REQUEST, context_info="The announced lengths contradict each other.")
    return Announced(next(iter(lengths), None), _checksums(environ.get("HTTP_OC_CHECKSUM", "")))


def client_mtime(environ: dict[str, Any]) -> float | None:
    """The modification time of ``X-OC-Mtime``: epoch seconds, whole or with a fraction."""
    return epoch_seconds(environ.get("HTTP_X_OC_MTIME", ""))


def epoch_seconds(text: str) -> float | None:
    """A believable moment, or None for anything else (a silly time must not stop a copy)."""
    try:
        moment = float(text)
    except ValueError:
        return None
    return moment if 0 < moment < _LATEST_MTIME else None


def http_date(text: str) -> float | None:
    """An RFC 1123 date as epoch seconds; None when it is not one, or not a believable one."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    # The parser takes the unset date of Windows, in the year 0001, for 2001.
    return epoch_seconds(str(moment.timestamp())) if str(moment.year) in text else None


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise DAVError(HTTP_BAD_REQUEST, context_info="The announced length is not a number.")
    return int(text)


def _checksums(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in text.replace(",", " ").split():
        algorithm, _, digits = part.partition(":")
        known = algorithm.lower().replace("-", "")
        if known in CHECKSUMS:
            found.append((known, digits.lower()))
    return tuple(found)
