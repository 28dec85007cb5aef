"""The head of a request (RFC 9112 2-6): bytes in, a `Head` or a refusal out. Pure, strict, linear.

What two programs could read in two ways is refused here, so that a proxy in front and the
application behind always see the same request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

MOST_HEADER_BYTES = 64 * 1024
MOST_TARGET_BYTES = 16 * 1024
_MOST_FIELDS = 100
_END = re.compile(rb"\n\r?\n")
_REQUEST_LINE = re.compile(rb"([A-Z][A-Z-]{0,31}) ([^\x00-\x20\x7f]+) HTTP/([0-9])\.([0-9])")
_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?#@]+)(/[^#]*|\?[^#]*|)")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN_IN_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_SLASH = re.compile(rb"(?i)%2f")
_DIGITS = re.compile(r"[0-9]{1,18}")
# Of these two would contradict each other; all others are lists, or harmless as one.
_ONCE = frozenset(
    {"HTTP_HOST", "CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_AUTHORIZATION", "HTTP_DESTINATION"}
    | {"HTTP_DEPTH", "HTTP_OVERWRITE", "HTTP_RANGE", "HTTP_CONTENT_RANGE"}
)


class BadHead(Exception):
    """The request cannot be understood, or is refused; ``status`` is ready for the status line."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body. ``fields`` are named as in a WSGI environment.

    ``path`` is percent-decoded bytes shown as Latin-1; an encoded slash stays encoded in it, since
    it separates nothing. ``length`` is the announced length of the body, None for one in chunks.
    """

    method: str
    target: str
    path: str
    query: str
    protocol: str
    fields: dict[str, str]
    length: int | None
    keeps_alive: bool
    expects_continue: bool


def find_end(received: bytes, searched: int) -> int:
    """Where the head ends that ``received`` begins with, 0 while the end has not come.

    ``searched`` bytes were looked at before. Broken line ends count too, so that nobody waits for
    better ones. Raises BadHead for what will never be a head: 414, 431, or 400 for another protocol.
    """
    if received[:1] and not (received[:1].isalpha() or received[:1] in b"\r\n"):
        raise BadHead("400 Bad Request", "This is not an HTTP request.")
    found = _END.search(received, max(0, searched - 3))
    end = found.end() if found else 0
    if (end or len(received)) > MOST_HEADER_BYTES:
        raise _too_long(received)
    return end


def parse_head(head: bytes) -> Head:
    """The request that a whole head, as `find_end` found it, asks for; raises BadHead."""
    line, *lines = head[:-4].split(b"\r\n")
    if not head.endswith(b"\r\n\r\n"):
        raise _bad("Lines of a request end with CR LF.")
    method, raw_target, protocol = _parse_request_line(line)
    fields = _parse_fields(lines)
    target, host = _origin_form(method, raw_target)
    if host is not None:
        fields["HTTP_HOST"] = host
    if protocol == "HTTP/1.1" and "HTTP_HOST" not in fields:
        raise _bad("The Host header is missing.")
    path, _, query = target.partition(b"?")
    tokens = _tokens(fields.get("HTTP_CONNECTION", ""))
    return Head(
        method=method,
        target=target.decode("latin-1"),
        path=_decode(path),
        query=query.decode("latin-1"),
        protocol=protocol,
        fields=fields,
        length=_body_length(fields, protocol),
        keeps_alive="close" not in tokens and (protocol == "HTTP/1.1" or "keep-alive" in tokens),
        expects_continue=protocol == "HTTP/1.1" and fields.get("HTTP_EXPECT", "").lower() == "100-continue",
    )


def _parse_request_line(line: bytes) -> tuple[str, bytes, str]:
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        if len(line) > MOST_TARGET_BYTES:
            raise _too_long(line)
        raise _bad("The first line is not that of a request.")
    method, target, major, minor = found.groups()
    if len(target) > MOST_TARGET_BYTES:
        raise _too_long(line)
    if major != b"1" or minor not in (b"0", b"1"):
        raise BadHead("505 HTTP Version Not Supported", "This server speaks HTTP/1.1 and HTTP/1.0.")
    return method.decode("ascii"), target, "HTTP/1.1" if minor == b"1" else "HTTP/1.0"


def _parse_fields(lines: list[bytes]) -> dict[str, str]:
    if len(lines) > _MOST_FIELDS:
        raise BadHead("431 Request Header Fields Too Large", "The request has too many headers.")
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        key = _key(name)
        if not colon or key is None:
            # Among these: a folded line, a blank before the colon, nothing before the colon.
            raise _bad("A header is malformed.")
        if _FORBIDDEN_IN_VALUE.search(value):
            raise _bad("A header contains a control character.")
        if key:
            _add(fields, key, value.strip(b" \t").decode("latin-1"))
    return fields


def _add(fields: dict[str, str], key: str, value: str) -> None:
    if key not in fields:
        fields[key] = value
    elif key in _ONCE:
        raise _bad("A header stands twice that may stand once.")
    else:
        fields[key] += ("; " if key == "HTTP_COOKIE" else ", ") + value


@lru_cache(1024)
def _key(name: bytes) -> str | None:
    """The name in a WSGI environment, None for no name at all.

    It is "" for one with an underscore, which nobody means and which there would pass for another's.
    """
    if len(name) > 256 or not _NAME.fullmatch(name):
        return None
    if b"_" in name:
        return ""
    key = name.decode("ascii").upper().replace("-", "_")
    return key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"


def _origin_form(method: str, target: bytes) -> tuple[bytes, str | None]:
    """The target as path and query, and the host when the client named it there (RFC 9112 3.2)."""
    if target.startswith(b"/") and b"#" not in target:
        return target, None
    if target == b"*" and method == "OPTIONS":
        return b"/", None
    found = _ABSOLUTE.fullmatch(target)
    if found is None:
        raise _bad("The address of the request is malformed.")
    return b"/" + found[2].removeprefix(b"/"), found[1].decode("latin-1")


def _decode(path: bytes) -> str:
    if b"%" not in path:
        return path.decode("latin-1")
    if _BAD_ESCAPE.search(path):
        raise _bad("The address of the request has a broken percent-encoding.")
    return b"%2F".join(map(unquote_to_bytes, _SLASH.split(path))).decode("latin-1")


def _body_length(fields: dict[str, str], protocol: str) -> int | None:
    """RFC 9112 6.3; what names both ways, or one in two ways, hides a second request."""
    announced, coding = fields.get("CONTENT_LENGTH"), fields.get("HTTP_TRANSFER_ENCODING")
    if coding is not None:
        if announced is not None or protocol == "HTTP/1.0":
            raise _bad("The length of the body is given in two ways.")
        codings = [part.strip(" \t").lower() for part in coding.split(",")]
        if codings == ["chunked"]:
            return None
        if set(codings) == {"chunked"}:
            raise _bad("The body is in chunks twice.")
        raise BadHead("501 Not Implemented", "This transfer coding is not known here.")
    if announced is None:
        return 0
    if not _DIGITS.fullmatch(announced):
        raise _bad("The length of the body is not a number.")
    return int(announced)


def _tokens(value: str) -> list[str]:
    return [token.strip(" \t") for token in value.lower().split(",")] if value else []


def _bad(sentence: str) -> BadHead:
    return BadHead("400 Bad Request", sentence)


def _too_long(received: bytes) -> BadHead:
    if b"\n" not in received[:MOST_TARGET_BYTES]:
        return BadHead("414 URI Too Long", "The address of the request is too long.")
    return BadHead("431 Request Header Fields Too Large", "The headers of the request are too long.")
