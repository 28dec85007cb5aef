"""What clients say about a file beside its bytes: lengths, checksums, times, favourites. Pure.

Header names come in any case; WSGI has folded them already.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import re
from dataclasses import dataclass
from typing import Any

from wsgidav.dav_error import HTTP_BAD_REQUEST, DAVError

from indexer.hashing import CHECKSUMS, Announced

_LENGTHS = ("HTTP_X_EXPECTED_ENTITY_LENGTH", "HTTP_OC_TOTAL_LENGTH", "CONTENT_LENGTH")
_LATEST_MTIME = 2.0**35
_DIGEST = re.compile(r"\s*([a-z0-9-]+)\s*=\s*:([A-Za-z0-9+/=]*):\s*")
# Names of RFC 9530 that differ from ours, once the hyphens are gone.
_DIGEST_NAMES = {"sha": "sha1", "adler": "adler32"}


@dataclass(frozen=True, slots=True)
class Declared:
    """All that a client says about one file. ``mtime`` in epoch seconds, None when it says nothing."""

    announced: Announced
    mtime: float | None = None
    is_favourite: bool = False


def declared(environ: dict[str, Any]) -> Declared:
    """What a PUT says about its file; raises as `announced` does. PhotoSync sends ``X-Favorite: 1``."""
    return Declared(
        announced(environ), client_mtime(environ), environ.get("HTTP_X_FAVORITE", "").strip() == "1"
    )


def repr_digest(sha256: str) -> str:
    """The value of a Repr-Digest header (RFC 9530) for a digest in hex."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def announced(environ: dict[str, Any]) -> Announced:
    """The promised length and checksums of a PUT; DAVError 400 for lengths that are no numbers or differ.

    Finder streams with ``X-Expected-Entity-Length``, ownCloud's clients add ``OC-Total-Length`` and
    ``OC-Checksum: SHA1:...``; scripts may send ``Repr-Digest`` or ``Content-Digest`` (RFC 9530), which
    say the same of a file that comes whole.
    """
    lengths = {_length(environ[name]) for name in _LENGTHS if environ.get(name)}
    if len(lengths) > 1:
        raise DAVError(HTTP_BAD_REQUEST, context_info="The announced lengths contradict each other.")
    checksums = _checksums(environ.get("HTTP_OC_CHECKSUM", ""))
    for name in ("HTTP_REPR_DIGEST", "HTTP_CONTENT_DIGEST"):
        checksums += _digests(environ.get(name, ""))
    return Announced(next(iter(lengths), None), checksums)


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


def parse_http_date(text: str) -> float | None:
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


def _digests(text: str) -> tuple[tuple[str, str], ...]:
    """The known ones of a structured field like ``sha-256=:base64:, md5=:base64:``; DAVError 400."""
    found = []
    for part in filter(None, text.split(",")):
        match = _DIGEST.fullmatch(part)
        if match is None:
            raise DAVError(HTTP_BAD_REQUEST, context_info="The declared digest cannot be read.")
        known = match[1].replace("-", "")
        known = _DIGEST_NAMES.get(known, known)
        if known in CHECKSUMS:
            found.append((known, _hex(match[2])))
    return tuple(found)


def _hex(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).hex()
    except binascii.Error:
        raise DAVError(HTTP_BAD_REQUEST, context_info="The declared digest cannot be read.") from None
