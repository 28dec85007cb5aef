"""The addresses that Nextcloud's clients and rclone know, below ``/remote.php``, and what they mean. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from wsgidav.dav_error import HTTP_FORBIDDEN, HTTP_NOT_FOUND, DAVError

from davserver import upload_share
from davserver.protocol.destination import destination_path
from davserver.wsgi import Environ
from indexer.accounts import LOGIN_KEY
from indexer.errors import BadName

NAME = "remote.php"
SHARE = f"/{upload_share.NAME}"
_FILES = re.compile(r"(/remote\.php/(?:webdav|dav/files/([^/]+)))(/.*|)")
_CHUNKS = re.compile(r"/remote\.php/dav/uploads/([^/]+)(?:/([^/]+))?(?:/([^/]+))?/*")
_TAGGED = re.compile(r"/remote\.php/(?:webdav|dav/files/[^/>]+)(?=[/>])")
_NUMBER = re.compile(r"[0-9]{1,16}")
_SPAN = re.compile(r"([0-9]{1,18})-[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Alias:
    """An address in the Upload share: ``base`` is what stands for "/Upload" there, ``rest`` follows it."""

    base: str
    rest: str


@dataclass(frozen=True, slots=True)
class Chunks:
    """An address among the transfers: of one of them, or of a part of it; None for what is not named."""

    transfer: str | None
    part: str | None


def route(path: str, person_name: str) -> Alias | Chunks:
    """What a decoded path stands for; raises DAVError 404 for nothing, and for another person's."""
    found = _FILES.fullmatch(path)
    if found and (found[2] is None or _is_same_name(found[2], person_name)):
        return Alias(found[1], found[3])
    found = _CHUNKS.fullmatch(path)
    if found and _is_same_name(found[1], person_name):
        return Chunks(found[2], found[3])
    raise DAVError(HTTP_NOT_FOUND)


def place(part: str) -> tuple[int, bool]:
    """Where a chunk belongs by its name: its number, or its first byte and True; raises BadName.

    The apps count ("1", "000002"); rclone names the bytes ("000000000000000-000000010485759").
    """
    if _NUMBER.fullmatch(part):
        return int(part), False
    if span := _SPAN.fullmatch(part):
        return int(span[1]), True
    raise BadName("a chunk is named by its number, or by its first and last byte")


def destination_in_share(environ: Environ) -> str:
    """The path in the Upload share where the Destination header leads, in whichever of its spellings.

    Raises DAVError: as `destination_path`, 403 for other places, 404 for another person's.
    """
    path = destination_path(environ)
    if path.startswith(f"/{NAME}/"):
        found = route(path, environ[LOGIN_KEY].person.name)
        path = f"{SHARE}{found.rest}" if isinstance(found, Alias) else path
    if not path.startswith(f"{SHARE}/"):
        raise DAVError(HTTP_FORBIDDEN, context_info="Files go into the Upload folder only.")
    return path.removeprefix(f"{SHARE}/")


def under_share(environ: Environ, path: str) -> Environ:
    """The environment of the same request for this path of the Upload share itself."""
    own = environ | {"PATH_INFO": f"{SHARE}{path}"}
    if "HTTP_IF" in own:  # its lists may be tagged with addresses (RFC 4918 10.4.2)
        own["HTTP_IF"] = _TAGGED.sub(SHARE, own["HTTP_IF"])
    return own


def _is_same_name(asked: str, name: str) -> bool:
    return unicodedata.normalize("NFC", asked).casefold() == unicodedata.normalize("NFC", name).casefold()
