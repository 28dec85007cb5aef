"""Conditions that clients put on their requests (RFC 9110 13, RFC 4918 10.4), read and judged. Pure.

Each is read once from left to right, however it is meant: a header must never cost more than its length.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wsgidav.dav_error import HTTP_BAD_REQUEST, DAVError

from davserver.protocol import headers

NOT_MODIFIED, FAILED = 304, 412
_MOST_LISTS = 100
_PIECE = re.compile(
    r"[ \t]*(?:(?P<no>Not)(?=[ \t<\[])|<(?P<url>[^<>]*)>|"
    r'\[(?P<etag>(?:W/)?"[^"]*"|[^\]]*)\]|(?P<bracket>[()]))',
    re.IGNORECASE,
)
_ENTITY_TAG = re.compile(r'(W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class State:
    """What conditions are about: ``etag`` without quotes ("" for none), ``mtime`` in whole epoch seconds."""

    exists: bool
    etag: str = ""
    mtime: int | None = None
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One of a list of ``If``: a lock token, or an entity tag with its quotes."""

    value: str
    is_token: bool
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class ConditionList:
    """Conditions that must all hold of one resource; ``tag`` is its address, None for the request's own."""

    tag: str | None
    conditions: tuple[Condition, ...]


@functools.lru_cache(maxsize=32)  # one request asks several times
def parse_if(text: str) -> tuple[ConditionList, ...]:
    """The lists of an ``If`` header; DAVError 400 when not one of them can be read.

    What cannot be read after a whole list is left out, since some programs cut long headers off: one
    list that holds is enough, so that a list less can only make the condition stricter.
    """
    lists: list[ConditionList] = []
    try:
        _read_lists(_pieces(text.rstrip()), lists)
    except DAVError:
        if not lists:
            raise
    if not lists or len(lists) > _MOST_LISTS:
        raise _malformed()
    return tuple(lists)


def _read_lists(pieces: Iterator[tuple[str, str]], lists: list[ConditionList]) -> None:
    tag = None
    for kind, value in pieces:
        if kind == "url":
            tag = value
        elif kind == "(":
            lists.append(ConditionList(tag, tuple(_conditions(pieces))))
        else:
            raise _malformed()


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text):
        found = _PIECE.match(text, position)
        if found is None:
            raise _malformed()
        position = found.end()
        kind = found.lastgroup or ""
        yield (found[kind] if kind == "bracket" else kind), found[kind]


def _conditions(pieces: Iterator[tuple[str, str]]) -> Iterator[Condition]:
    """What stands between "(" and ")", of which the first has been taken."""
    is_empty, is_negated = True, False
    for kind, value in pieces:
        if kind == "(" or (kind == ")" and (is_empty or is_negated)) or (kind == "no" and is_negated):
            break
        if kind == ")":
            return
        if kind == "no":
            is_negated = True
            continue
        yield Condition(value, kind == "url", is_negated)
        is_empty, is_negated = False, False
    raise _malformed()


def tokens_of(lists: tuple[ConditionList, ...]) -> list[str]:
    """All lock tokens that the header names: they are submitted, whatever the lists say (RFC 4918 10.4.1)."""
    return [one.value for each in lists for one in each.conditions if one.is_token]


def holds(lists: tuple[ConditionList, ...], state_of: Callable[[str | None], State]) -> bool:
    """Whether any list does (RFC 4918 10.4.4); ``state_of`` tells of an address, or of the request's own."""
    return any(all(_is_true(one, state_of(each.tag)) for one in each.conditions) for each in lists)


def judge(environ: dict[str, Any], state: State) -> int | None:
    """The status that the conditional headers ask for, `NOT_MODIFIED` or `FAILED`; None to go on.

    In the order of RFC 9110 13.2.2. Dates that cannot be read are no condition.
    """
    is_look = environ["REQUEST_METHOD"] in ("GET", "HEAD")
    if "HTTP_IF_MATCH" in environ:
        if not _matches(environ["HTTP_IF_MATCH"], state, is_strong=True):
            return FAILED
    elif _is_later(state, environ.get("HTTP_IF_UNMODIFIED_SINCE")):
        return FAILED
    if "HTTP_IF_NONE_MATCH" in environ:
        if _matches(environ["HTTP_IF_NONE_MATCH"], state, is_strong=False):
            return NOT_MODIFIED if is_look else FAILED
    elif is_look and _is_later(state, environ.get("HTTP_IF_MODIFIED_SINCE")) is False:
        return NOT_MODIFIED
    return None


def _is_true(condition: Condition, state: State) -> bool:
    if condition.is_token:
        found = condition.value in state.tokens
    else:
        # Some programs forget the quotes.
        found = bool(state.etag) and condition.value in (f'"{state.etag}"', state.etag)
    return found is not condition.is_negated


def _matches(text: str, state: State, *, is_strong: bool) -> bool:
    if text.strip() == "*":
        return state.exists
    known = [tag for weak, tag in _ENTITY_TAG.findall(text) if not (weak and is_strong)]
    if '"' not in text:
        known = [part.strip() for part in text.split(",")]
    return bool(state.etag) and state.etag in known


def _is_later(state: State, text: str | None) -> bool | None:
    """Whether the state is of after this date; None when one of them has no date."""
    date = headers.parse_http_date(text or "")
    return None if date is None or state.mtime is None else state.mtime > date


def _malformed() -> DAVError:
    return DAVError(HTTP_BAD_REQUEST, context_info="The If header of this request cannot be read.")
