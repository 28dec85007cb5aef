"""Which DAV property says what, as XML text; pure, and quick enough for ten thousand files a listing.

A request's properties become one text with gaps (`Form`), which each line of the listing fills in.
The prefix is always ``D:``, because some players know no namespaces and look for it. Names of
properties are in Clark notation ("{DAV:}getetag").
"""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from davserver.http.dates import http_date
from indexer.catalog.entries import FOLDER_MIME
from indexer.catalog.listings import Listed
from indexer.model import Lock

MULTISTATUS = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">'
MULTISTATUS_END = "</D:multistatus>"
OWNCLOUD = "http://owncloud.org/ns"
CHECKSUMS = f"{{{OWNCLOUD}}}checksums"
QUOTA_AVAILABLE, QUOTA_USED = "{DAV:}quota-available-bytes", "{DAV:}quota-used-bytes"
LOCK_DISCOVERY, _SUPPORTED_LOCK = "{DAV:}lockdiscovery", "{DAV:}supportedlock"
# RFC 4918 14.2: allprop is the properties of that document. Quota (RFC 4331) and others must be named.
_ONLY_BY_NAME = frozenset({CHECKSUMS, QUOTA_AVAILABLE, QUOTA_USED})

_PLAIN = re.compile(r"[A-Za-z0-9_.()-]+")
_SAFE = "!*'(),$-_|."  # GNOME's file manager chokes on an encoded "("
_NEEDS_ESCAPE = re.compile(r"[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>\s*")

# The content of a property for one line: the same for all of them, or made from it.
Content = str | Callable[[Listed], Any]


class Mode(Enum):
    """The three kinds of question in a PROPFIND (RFC 4918 9.1)."""

    ALLPROP = "allprop"
    PROPNAME = "propname"
    PROP = "prop"


@dataclass(frozen=True, slots=True)
class Question:
    """What a PROPFIND asks for: ``names`` of a PROP, or included with an ALLPROP.

    ``is_minimal``: what is missing need not be told (RFC 8144 2.1).
    """

    mode: Mode
    names: tuple[str, ...] = ()
    is_minimal: bool = False

    def wants(self, *names: str) -> bool:
        """Whether the answer needs the values of any of these properties."""
        if self.mode is Mode.ALLPROP and not _ONLY_BY_NAME.issuperset(names):
            return True
        return self.mode is not Mode.PROPNAME and not set(names).isdisjoint(self.names)


@dataclass(frozen=True, slots=True)
class Extras:
    """The properties that do not stand in a line of the listing.

    ``locks`` gives the locks on a line; None when there are none at all. ``quota`` gives the available
    and the used bytes, for the folders only.
    """

    is_lockable: bool = False
    locks: Callable[[Listed], Iterable[Lock]] | None = None
    quota: Callable[[], tuple[int, int]] | None = None


def escaped(text: str) -> str:
    """Text for XML 1.0; what it cannot carry at all becomes U+FFFD."""
    if not _NEEDS_ESCAPE.search(text):
        return text
    return _NEEDS_ESCAPE.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), text)


def href_part(name: str) -> str:
    """One name as a part of a URL."""
    return name if _PLAIN.fullmatch(name) else quote(name, safe=_SAFE, errors="replace")


def href(path: str) -> str:
    """An absolute path as a URL."""
    return "/".join(map(href_part, path.split("/")))


def member_href(folder_href: str, line: Listed) -> str:
    """The address of what lies in a folder; a folder's own ends in a slash (RFC 4918 5.2)."""
    return f"{folder_href}/{href_part(line.name)}{'/' if line.is_folder else ''}"


@functools.lru_cache(maxsize=4096)
def timestamp(second: int) -> str:
    """RFC 3339, in UTC."""
    t = time.gmtime(second)
    return f"{t.tm_year:04}-{t.tm_mon:02}-{t.tm_mday:02}T{t.tm_hour:02}:{t.tm_min:02}:{t.tm_sec:02}Z"


_XML = "http://www.w3.org/XML/1998/namespace"


def element(name: str, content: str = "") -> str:
    """The XML of a property by its name in Clark notation."""
    namespace, _, local = name.rpartition("}")
    namespace = namespace[1:]
    tag, declaration = f"x:{local}", f' xmlns:x="{escaped(namespace).replace(chr(34), "&quot;")}"'
    if namespace == "DAV:":
        tag, declaration = f"D:{local}", ""
    elif namespace == _XML:  # whose prefix is fixed, and may not be declared again
        tag, declaration = f"xml:{local}", ""
    elif not namespace:
        tag, declaration = local, ""
    return f"<{tag}{declaration}>{content}</{tag}>" if content else f"<{tag}{declaration}/>"


def propstat(status: str, properties: str, more: str = "") -> str:
    """Properties that share a status ("200 OK"); ``more`` is what RFC 4918 14.22 has after it."""
    return (
        f"<D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 {status}</D:status>{more}</D:propstat>"
    )


class Form:
    """The answer for the lines of one request.

    Lines differ in which properties they have: files, names still without bytes, folders, and folders
    without any times. Each kind has its text with gaps.
    """

    def __init__(self, question: Question, extras: Extras) -> None:
        self._question = question
        self._shapes = {kind: _shape(live, question) for kind, live in _live_properties(extras).items()}

    def response(self, url: str, line: Listed) -> str:
        """One ``<D:response>``; ``url`` is the line's href."""
        whole, live, contents, missing = self._shapes[_kind(line)]
        values = [content(line) for content in contents]
        if line.properties == "{}":
            return whole % (url, *values)
        dead = self._dead(line)
        left = [name for name in missing if name not in dead]
        return _response(url, live % tuple(values) + "".join(dead.values()), left)

    def _dead(self, line: Listed) -> dict[str, str]:
        """The dead properties of a line that belong into its answer: name -> XML."""
        question, kept = self._question, json.loads(line.properties)
        if question.mode is Mode.PROPNAME:
            return {name: element(name) for name in kept}
        if question.mode is Mode.PROP:
            kept = {name: kept[name] for name in question.names if name in kept}
        return {name: _DECLARATION.sub("", xml, count=1) for name, xml in kept.items()}


# The whole response, its live properties, what fills the gaps of both, and the names that are missing.
_Shape = tuple[str, str, list[Callable[[Listed], Any]], tuple[str, ...]]


def _shape(live: Mapping[str, Content], question: Question) -> _Shape:
    names = _names(live, question)
    found = [(name, live[name]) for name in names if name in live]
    missing = () if question.is_minimal else tuple(name for name in names if name not in live)
    if question.mode is Mode.PROPNAME:
        found = [(name, "") for name, _ in found]
    text = "".join(element(name, content if isinstance(content, str) else "%s") for name, content in found)
    left = [name.replace("%", "%%") for name in missing]
    return _response("%s", text, left), text, [content for _, content in found if callable(content)], missing


def _names(live: Mapping[str, Content], question: Question) -> Iterable[str]:
    if question.mode is Mode.PROP:
        return dict.fromkeys(question.names)
    if question.mode is Mode.PROPNAME:
        return live
    return dict.fromkeys([*(name for name in live if name not in _ONLY_BY_NAME), *question.names])


def _response(url: str, found: str, missing: Iterable[str]) -> str:
    absent = "".join(map(element, missing))
    parts = [propstat("200 OK", found)] if found or not absent else []
    if absent:
        parts.append(propstat("404 Not Found", absent))
    return f"<D:response><D:href>{url}</D:href>{''.join(parts)}</D:response>"


class _Kind(Enum):
    FILE = 1
    EMPTY = 2
    FOLDER = 3
    TIMELESS = 4


def _kind(line: Listed) -> _Kind:
    if line.is_folder:
        return _Kind.TIMELESS if line.mtime is None else _Kind.FOLDER
    return _Kind.FILE if line.sha256 else _Kind.EMPTY


def _live_properties(extras: Extras) -> dict[_Kind, dict[str, Content]]:
    """For each kind of line, every live property that it has, in the order of the answer."""
    quota, locks = _quota(extras), _locks(extras)
    timeless = {**_FOLDER, **locks, **quota}
    folder = {**_FOLDER, **_TIMES, **locks, **quota}
    empty = {**_FILE, **_TIMES, **locks}
    return {
        _Kind.FILE: {**empty, CHECKSUMS: _checksums},
        _Kind.EMPTY: empty,
        _Kind.FOLDER: folder,
        _Kind.TIMELESS: timeless,
    }


def _quota(extras: Extras) -> dict[str, Content]:
    quota = extras.quota
    if quota is None:
        return {}
    return {QUOTA_AVAILABLE: lambda _line: quota()[0], QUOTA_USED: lambda _line: quota()[1]}


def _locks(extras: Extras) -> dict[str, Content]:
    locks, now = extras.locks, time.time()
    # RFC 4918 15.10: empty where no lock is possible.
    supported = _LOCK_ENTRIES if extras.is_lockable else ""
    if locks is None:
        return {_SUPPORTED_LOCK: supported, LOCK_DISCOVERY: ""}
    return {
        _SUPPORTED_LOCK: supported,
        LOCK_DISCOVERY: lambda line: "".join(active_lock(lock, now) for lock in locks(line)),
    }


def active_lock(lock: Lock, now: float) -> str:
    """RFC 4918 14.1; the time-out is what is left of it."""
    return (
        f"<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:{lock.scope}/></D:lockscope>"
        f"<D:depth>{lock.depth}</D:depth>{_DECLARATION.sub('', lock.owner_xml, count=1)}"
        f"<D:timeout>Second-{max(int(lock.expires_at - now), 0)}</D:timeout>"
        f"<D:locktoken><D:href>{escaped(lock.token)}</D:href></D:locktoken>"
        f"<D:lockroot><D:href>{href(lock.root)}</D:href></D:lockroot></D:activelock>"
    )


def _checksums(line: Listed) -> str:
    known = f"{line.checksums} SHA256:{line.sha256}".strip()
    return f'<oc:checksum xmlns:oc="{OWNCLOUD}">{escaped(known)}</oc:checksum>'


def _display_name(line: Listed) -> str:
    return escaped(line.name)


def _lock_entries() -> Iterator[str]:
    for scope in ("exclusive", "shared"):
        yield f"<D:lockentry><D:lockscope><D:{scope}/></D:lockscope>"
        yield "<D:locktype><D:write/></D:locktype></D:lockentry>"


_LOCK_ENTRIES = "".join(_lock_entries())
_FILE: dict[str, Content] = {
    "{DAV:}resourcetype": "",
    "{DAV:}displayname": _display_name,
    "{DAV:}getcontentlength": attrgetter("size_bytes"),
    "{DAV:}getcontenttype": lambda line: escaped(line.mime),
    "{DAV:}getetag": lambda line: f'"{line.etag}"',
}
_FOLDER: dict[str, Content] = {
    "{DAV:}resourcetype": "<D:collection/>",
    "{DAV:}displayname": _display_name,
    "{DAV:}getcontenttype": FOLDER_MIME,
}
_TIMES: dict[str, Content] = {
    "{DAV:}getlastmodified": lambda line: http_date(int(line.mtime or 0)),
    "{DAV:}creationdate": lambda line: timestamp(int(line.created_at or 0)),
}
