"""Kin are all whom the rules may join: what is grouped among its kin is grouped as in the whole library."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.grouping import kinship, stacks
from indexer.grouping.pictures import Picture
from indexer.model import Kind

WINDOW_S = 1.0
ENDS = {"jpg": Kind.IMAGE, "nef": Kind.RAW, "mov": Kind.VIDEO, "xmp": Kind.OTHER}
PATHS = [
    f"{folder}/{stem}.{end}"
    for folder in "ab"
    for stem in ("DSC_0001", "DSC_0002", "DSC_0001-Edit", "STA_0001", "STB_0002", "20240101_120000_001")
    for end in ENDS
]  # fmt: skip
TIMES = [
    None,
    *(f"2024-05-17T12:00:{second}" for second in ("00", "00.25", "00.75", "01.5", "02", "04", "30.5")),
]


def picture(path: str, taken_at: str | None = None, camera: str | None = None) -> Picture:
    return Picture(path, path, ENDS[path.rpartition(".")[2]], taken_at, camera)


PICTURES = st.lists(
    st.builds(
        lambda path, taken_at, camera, content_id, burst_id, bias_ev, duration_s: Picture(
            path, path, ENDS[path.rpartition(".")[2]], taken_at, camera, content_id, burst_id,
            duration_s=duration_s, bias_ev=bias_ev,
        ),
        st.sampled_from(PATHS),
        st.sampled_from(TIMES),
        st.sampled_from([None, "d90", "d90", "apple"]),
        st.sampled_from([None, None, "A"]),
        st.sampled_from([None, None, "B"]),
        st.sampled_from([None, 0.0, 1.0]),
        st.sampled_from([None, 2.0]),
    ),
    max_size=14,
    unique_by=lambda one: one.id,
)  # fmt: skip


def families(pictures: list[Picture]) -> list[list[Picture]]:
    """The pictures apart, kin with kin."""
    left, found = list(pictures), []
    while left:
        family = [left.pop()]
        for one in family:
            kin = [other for other in left if are_kin(one, other)]
            left = [other for other in left if other not in kin]
            family += kin
        found.append(family)
    return found


def are_kin(one: Picture, other: Picture) -> bool:
    mine, theirs = kinship.keys(one), kinship.keys(other)
    reaches = [reach for key in mine if (reach := kinship.reach(key, WINDOW_S))]
    return bool(mine & theirs) or any(first <= key < end for first, end in reaches for key in theirs)


@given(PICTURES)
@settings(max_examples=200, deadline=None)
def test_among_kin_everything_is_as_in_the_whole_library(pictures: list[Picture]) -> None:
    whole = stacks.stack(pictures, (), WINDOW_S)
    parts = [stacks.stack(family, (), WINDOW_S) for family in families(pictures)]
    assert sorted(whole.shots, key=repr) == sorted((one for part in parts for one in part.shots), key=repr)
    assert sorted(whole.bursts, key=repr) == sorted((one for part in parts for one in part.bursts), key=repr)


@given(PICTURES)
@settings(deadline=None)
def test_to_be_kin_is_mutual(pictures: list[Picture]) -> None:
    assert all(are_kin(one, other) == are_kin(other, one) for one in pictures for other in pictures)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (picture("a/DSC_0001.jpg"), picture("a/DSC_0001.xmp"), True),
        (picture("a/DSC_0001.jpg"), picture("b/DSC_0001.jpg"), False),
        (picture("a/DSC_0001.jpg", TIMES[1]), picture("b/DSC_0001.nef", TIMES[2]), True),
        (picture("a/DSC_0001.jpg", TIMES[1], "d90"), picture("b/x.jpg", TIMES[5], "d90"), True),
        (picture("a/DSC_0001.jpg", TIMES[1], "d90"), picture("b/x.jpg", TIMES[5], "d9"), False),
        (picture("a/DSC_0001.jpg", TIMES[1], "d90"), picture("b/x.jpg", TIMES[7], "d90"), False),
    ],
)
def test_who_is_kin(one: Picture, other: Picture, expected: bool) -> None:
    assert are_kin(one, other) is expected


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_calendar_has_ends(day: str) -> None:
    one = picture("a/DSC_0001.jpg", f"{day}T23:59:59", "d90")
    assert are_kin(one, picture("b/x.jpg", f"{day}T23:59:59", "d90"))
