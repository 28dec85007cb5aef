"""What the headers of tus say of an upload: its file, its checksum, its parts. Pure."""

from __future__ import annotations

import base64
import binascii
import math
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from indexer.errors import NoSuchTransfer
from webui.errors import BadRequest

ADDRESS = "/api/v1/uploads/"
ALGORITHMS = ("sha1", "sha256", "md5")
# Browsers tell milliseconds, everybody else seconds; these are 1973 and the year 5138.
_SURELY_MILLISECONDS = 1e11
_UPLOAD_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Described:
    """What Upload-Metadata says of a file: its path in the Upload share, "" when it says none."""

    path: str
    mtime: float | None


def parse_metadata(text: str) -> Described:
    """What ``filename``, ``relativePath`` and ``mtime`` in Upload-Metadata say; raises BadRequest.

    ``name`` does for ``filename``; a path may begin with a slash, which counts for nothing.
    """
    found = dict(map(_pair, filter(None, (pair.strip() for pair in text.split(",")))))
    name = found.get("filename") or found.get("name") or ""
    path = found.get("relativePath", "")
    # Uppy writes "null" for a file that was not in a folder.
    chosen = name if path in ("", "null") and name else path
    parts = [part for part in chosen.split("/") if part not in ("", ".")]
    return Described("/".join(parts), _mtime(found.get("mtime", "")))


def parse_parts(concat: str) -> list[str]:
    """The uploads whose addresses follow "final;"; raises BadRequest, NoSuchTransfer."""
    addresses = concat.removeprefix("final;").split()
    if not addresses:
        raise BadRequest("Upload-Concat names no parts.")
    return [_part_id(address) for address in addresses]


def parse_checksum(text: str) -> tuple[str, str] | None:
    """Algorithm and hex digits of an Upload-Checksum; raises BadRequest."""
    if not text:
        return None
    algorithm, _, encoded = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadRequest(f"Checksums can be {', '.join(ALGORITHMS)}.")
    return algorithm, _decoded(encoded, "Upload-Checksum").hex()


def checked_id(upload_id: str) -> str:
    """The id of an upload as it stands in an address; raises NoSuchTransfer for what can be none."""
    if not _UPLOAD_ID.fullmatch(upload_id):
        raise NoSuchTransfer
    return upload_id


def _part_id(address: str) -> str:
    try:
        path = urlsplit(address).path
    except ValueError as error:
        raise NoSuchTransfer from error
    if not path.startswith(ADDRESS):
        raise NoSuchTransfer
    return checked_id(path.removeprefix(ADDRESS))


def _pair(text: str) -> tuple[str, str]:
    key, _, encoded = text.partition(" ")
    try:
        return key, _decoded(encoded, "Upload-Metadata").decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"“{key}” in Upload-Metadata is not UTF-8.") from error


def _decoded(text: str, header: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(f"A value in {header} is not base64.") from error


def _mtime(text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1e14:
        raise BadRequest("“mtime” in Upload-Metadata must be milliseconds or seconds since 1970.")
    return number / 1000 if abs(number) > _SURELY_MILLISECONDS else number
