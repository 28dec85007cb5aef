"""The XML bodies of PROPFIND and PROPPATCH, parsed and understood; pure.

Entities and document types are refused, depth and number are bounded. As RFC 4918 17 demands,
elements that nobody here knows are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException
from wsgidav.dav_error import HTTP_BAD_REQUEST, HTTP_REQUEST_ENTITY_TOO_LARGE, DAVError

from davserver.protocol.properties import Mode, Question

_MOST_BYTES = 256 * 1024
_DEEPEST = 64
_MOST_NAMES = 1000
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Change:
    """One property of a PROPPATCH: its text and its whole XML; None removes it."""

    name: str
    text: str | None
    xml: str | None


def read(environ: dict[str, Any]) -> bytes:
    """The body of a request whose body is XML, or nothing; raises DAVError 413 for a long one."""
    body: bytes = environ["wsgi.input"].read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise DAVError(HTTP_REQUEST_ENTITY_TOO_LARGE, context_info="The XML of this request is too long.")
    return body


def parse_propfind(body: bytes, *, is_minimal: bool = False) -> Question:
    """What a PROPFIND asks for (RFC 4918 14.20); an empty body means allprop. Raises DAVError 400."""
    if not body.strip():
        return Question(Mode.ALLPROP, (), is_minimal)
    root = parsed(body, "{DAV:}propfind")
    modes = [mode for mode in Mode for _ in root.findall(f"{{DAV:}}{mode.value}")]
    if len(modes) != 1:
        raise _bad("A PROPFIND asks for exactly one of prop, propname and allprop.")
    names = _names(root, "prop" if modes[0] is Mode.PROP else "include")
    return Question(modes[0], () if modes[0] is Mode.PROPNAME else names, is_minimal)


def parse_proppatch(body: bytes) -> tuple[Change, ...]:
    """The changes of a PROPPATCH in their order (RFC 4918 14.19); raises DAVError 400."""
    changes = tuple(_changes(parsed(body, "{DAV:}propertyupdate")))
    if not changes:
        raise _bad("A PROPPATCH sets or removes at least one property.")
    if len(changes) > _MOST_NAMES:
        raise _bad(f"A request names at most {_MOST_NAMES} properties.")
    return changes


def _names(root: Any, holder: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(child.tag for child in root.findall(f"{{DAV:}}{holder}/*")))
    if len(names) > _MOST_NAMES:
        raise _bad(f"A request names at most {_MOST_NAMES} properties.")
    return names


def _changes(root: Any) -> Iterator[Change]:
    for action in root:
        for holder in action.findall("{DAV:}prop"):
            lang = holder.get(_LANG) or action.get(_LANG) or root.get(_LANG)
            for prop in holder:
                if action.tag == "{DAV:}set":
                    yield _setting(prop, lang)
                elif action.tag == "{DAV:}remove":
                    yield Change(prop.tag, None, None)


def _setting(prop: Any, lang: str | None) -> Change:
    prop.tail = None
    if lang and _LANG not in prop.attrib:  # RFC 4918 4.3: the language in scope belongs to the value
        prop.set(_LANG, lang)
    return Change(prop.tag, prop.text or "", ElementTree.tostring(prop, encoding="unicode"))


def parsed(body: bytes, tag: str) -> Any:
    """The element of this name (Clark notation) that the body is; raises DAVError 400 for anything else."""
    try:
        root = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise _bad("XML with a document type or entities is refused.") from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise _bad(f"The XML of this request is broken: {error}.") from None
    _check_depth(root)
    if root.tag != tag:
        raise _bad(f"The XML of this request must be a {tag.removeprefix('{DAV:}')} of WebDAV.")
    return root


def _check_depth(root: Any) -> None:
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for parent in level for child in parent]
    if level:
        raise _bad("The XML of this request is nested too deeply.")


def _bad(sentence: str) -> DAVError:
    return DAVError(HTTP_BAD_REQUEST, context_info=sentence)
