"""Conditions as tables: what is well-formed, what holds, and which status follows."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsgidav.dav_error import DAVError

from davserver.protocol.conditions import State, holds, judge, parse_if, tokens_of

FREE = State(True, "tag", 1000)
LOCKED = State(True, "tag", 1000, ("opaquelocktoken:1",))
NOTHING = State(False)


def state_of(tag: str | None) -> State:
    return {None: LOCKED, "http://photos/Upload/free.jpg": FREE}.get(tag, NOTHING)


@pytest.mark.parametrize(
    ("text", "is_true"),
    [
        ("(<opaquelocktoken:1>)", True),
        ("(<opaquelocktoken:2>)", False),
        ("(Not <opaquelocktoken:2>)", True),
        ("(<opaquelocktoken:2>) (<opaquelocktoken:1>)", True),
        ('(<opaquelocktoken:1> ["tag"])', True),
        ('(<opaquelocktoken:1> ["other"])', False),
        ('(<opaquelocktoken:1> [W/"tag"])', False),
        ('(Not ["other"] <opaquelocktoken:1>)', True),
        ("(<DAV:no-lock>)", False),
        ("(not <DAV:no-lock>)", True),
        ("<http://photos/Upload/free.jpg> (<opaquelocktoken:1>)", False),
        ('<http://photos/Upload/free.jpg> (["tag"])', True),
        ('<http://photos/Upload/gone.jpg> (["tag"])', False),
        ('<http://photos/Upload/gone.jpg> (["tag"]) <http://photos/Upload/free.jpg> (["x"]) (["tag"])', True),
        ("([tag])", True),
        ('([tag"])', False),
        ('(["tag with ) and ( and >"])', False),
        ("(<urn:a(b)c>)", False),
    ],
)
def test_lists(text: str, is_true: bool) -> None:
    assert holds(parse_if(text), state_of) is is_true


@pytest.mark.parametrize(
    "text",
    [
        "", "()", "xyz", "(", ")", "(<a>", "<a>", "<a> <b> (", "(Not)", "(Not Not <a>)", "((<a>))",
        '(["tag)', '(<a> ["tag"] Not)', "(<a>)" * 101,
    ],
)  # fmt: skip
def test_what_is_not_well_formed(text: str) -> None:
    with pytest.raises(DAVError) as caught:
        parse_if(text)
    assert caught.value.value == 400


@pytest.mark.parametrize("rest", [")", " x", " <b>", ' (Not <b> ["ta', " (", " ()"])
def test_what_follows_a_whole_list_can_be_cut_off(rest: str) -> None:
    assert parse_if(f"(<a>){rest}") == parse_if("(<a>)")


def test_tokens_are_submitted_whatever_the_lists_say() -> None:
    text = '<http://photos/a> (<t:1> ["tag"]) (Not <t:2>)'
    assert tokens_of(parse_if(text)) == ["t:1", "t:2"]


@pytest.mark.parametrize("piece", ["(", "<", "(<", "(<(", '["', "Not ", " ", "(<a> ", '(["'])
def test_a_hostile_header_costs_no_more_than_its_length(piece: str) -> None:
    began = time.process_time()
    with pytest.raises(DAVError):
        parse_if(piece * (60_000 // len(piece)))
    assert time.process_time() - began < 2, "linear takes milliseconds; the alternative took nine seconds"


@given(st.text(alphabet='()<>[]"W/Not ab \u2039', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(DAVError):
        holds(parse_if(text), state_of)


BEFORE, SAME, AFTER = (
    "Thu, 01 Jan 1970 00:16:39 GMT",
    "Thu, 01 Jan 1970 00:16:40 GMT",
    "Thu, 01 Jan 1970 00:16:41 GMT",
)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, None),
        ("GET", {"IF_MODIFIED_SINCE": BEFORE}, None),
        ("GET", {"IF_MODIFIED_SINCE": SAME}, 304),
        ("HEAD", {"IF_MODIFIED_SINCE": AFTER}, 304),
        ("PUT", {"IF_MODIFIED_SINCE": AFTER}, None),
        ("GET", {"IF_MODIFIED_SINCE": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, None),
        ("GET", {"IF_MODIFIED_SINCE": "yesterday"}, None),
        ("GET", {"IF_NONE_MATCH": '"tag"'}, 304),
        ("GET", {"IF_NONE_MATCH": 'W/"tag"'}, 304),
        ("GET", {"IF_NONE_MATCH": '"a", "tag"'}, 304),
        ("GET", {"IF_NONE_MATCH": '"a"', "IF_MODIFIED_SINCE": AFTER}, None),
        ("PUT", {"IF_NONE_MATCH": "*"}, 412),
        ("PUT", {"IF_NONE_MATCH": '"other"'}, None),
        ("PUT", {"IF_MATCH": '"tag"'}, None),
        ("PUT", {"IF_MATCH": "tag"}, None),
        ("PUT", {"IF_MATCH": 'W/"tag"'}, 412),
        ("PUT", {"IF_MATCH": '"other"'}, 412),
        ("PUT", {"IF_MATCH": "*"}, None),
        ("GET", {"IF_MATCH": '"other"', "IF_MODIFIED_SINCE": AFTER}, 412),
        ("PUT", {"IF_UNMODIFIED_SINCE": BEFORE}, 412),
        ("PUT", {"IF_UNMODIFIED_SINCE": SAME}, None),
        ("PUT", {"IF_UNMODIFIED_SINCE": BEFORE, "IF_MATCH": '"tag"'}, None),
    ],
)
def test_the_conditional_headers(method: str, headers: dict[str, str], status: int | None) -> None:
    environ: dict[str, Any] = {"REQUEST_METHOD": method}
    environ |= {f"HTTP_{name}": value for name, value in headers.items()}
    assert judge(environ, FREE) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"HTTP_IF_MATCH": "*"}, 412), ({"HTTP_IF_MATCH": '"a"'}, 412), ({"HTTP_IF_NONE_MATCH": "*"}, None)],
)
def test_where_nothing_is(headers: dict[str, str], status: int | None) -> None:
    assert judge({"REQUEST_METHOD": "PUT"} | headers, NOTHING) == status
