"""Which shots are one burst: labelled cases, the look-alikes that are none, and what holds for any set."""

# ruff: noqa: E501 - one case a line reads best
from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.grouping.bursts import BurstKind, group
from indexer.grouping.pictures import Picture
from indexer.model import Kind

D90 = "nikon d90"
IPHONE = "apple iphone xr"


def at(seconds: float | str) -> str:
    return (
        f"2024-05-17T12:00:{float(seconds):06.3f}"
        if isinstance(seconds, float)
        else f"2024-05-17T12:00:{seconds}"
    )


def pic(
    path: str,
    taken_at: str | None,
    camera: str | None = D90,
    burst_id: str | None = None,
    bias: float | None = None,
    sequence: int | None = None,
    is_continuous: bool = False,
) -> Picture:
    return Picture(
        path,
        path,
        Kind.IMAGE,
        taken_at,
        camera,
        burst_id=burst_id,
        bias_ev=bias,
        sequence=sequence,
        is_continuous=is_continuous,
    )


def series(count: int, gap_s: float) -> list[Picture]:
    return [pic(f"DSC_{number:04}.JPG", at(number * gap_s)) for number in range(1, count + 1)]


def brackets(*biases: float) -> list[Picture]:
    return [pic(f"DSC_{number:04}.JPG", at(number * 0.5), bias=bias) for number, bias in enumerate(biases, 1)]


def counted(*frames: tuple[float | str, int | None]) -> list[Picture]:
    """Pictures of a camera in continuous drive, by their times and their numbers within the sequence."""
    return [
        pic(f"DSC_{number:04}.JPG", at(seconds), sequence=sequence, is_continuous=True)
        for number, (seconds, sequence) in enumerate(frames, 1)
    ]


ONE: dict[str, tuple[BurstKind, list[Picture]]] = {
    "the camera's mark, however slow": (BurstKind.BURST, [pic("IMG_1.JPG", at(1.0), burst_id="A"), pic("IMG_2.JPG", at(9.0), burst_id="A")]),
    "three in quick succession": (BurstKind.BURST, series(3, 0.1)),
    "twenty at the edge of the window": (BurstKind.BURST, series(20, 1.0)),
    "google's old names": (BurstKind.BURST, [
        pic("00000IMG_00000_BURST20181013121836577.jpg", at("18"), "google pixel"),
        pic("00100IMG_00100_BURST20181013121836577_COVER.jpg", at("18"), "google pixel")]),
    "huawei's names": (BurstKind.BURST, [pic(f"IMG_20190101_120000_BURST00{n}.jpg", at("00"), "huawei p30") for n in (1, 2, 3)]),
    "samsung's names": (BurstKind.BURST, [pic(f"20240101_120000_00{n}.jpg", at("00"), "samsung a52") for n in (1, 2)]),
    "seconds only, steady cadence": (BurstKind.BURST, [pic(f"DSC_{n:04}.JPG", at(f"{n // 3:02}")) for n in range(3, 12)]),
    "a counter that rolls over": (BurstKind.BURST, [
        pic("DSC_9998.JPG", at("01")), pic("DSC_9999.JPG", at("01")), pic("DSC_0001.JPG", at("02")), pic("DSC_0002.JPG", at("02"))]),
    "three exposures": (BurstKind.BRACKET, brackets(0.0, -2.0, 2.0)),
    "five exposures": (BurstKind.BRACKET, brackets(0.0, -1.0, 1.0, -2.0, 2.0)),
    "exposures that the camera marked": (BurstKind.BRACKET, [pic(f"I_{n}.JPG", at("01"), burst_id="A", bias=bias) for n, bias in enumerate((0.0, -1.0, 1.0))]),
    "the camera counted two": (BurstKind.BURST, counted(("01", 1), ("02", 2))),
    "the camera counted, one a second": (BurstKind.BURST, counted(("01", 1), ("02", 2), ("03", 3), ("05", 4))),
    "the camera counted, some are deleted": (BurstKind.BURST, counted((1.0, 2), (1.3, 5), (1.6, 6))),
    "the camera counted exposures": (BurstKind.BRACKET, [replace(one, bias_ev=bias) for one, bias in zip(counted(("01", 1), ("02", 2), ("03", 3)), (0.0, -1.0, 1.0), strict=True)]),
    "set to continuous, two at once": (BurstKind.BURST, counted((1.0, None), (1.2, None))),
    "set to continuous, seconds only": (BurstKind.BURST, counted(("01", None), ("01", None))),
    "a number that never changes": (BurstKind.BURST, counted((1.0, 1), (1.1, 1), (1.2, 1))),
    "canon's stitch assist": (BurstKind.PANORAMA, [pic("STA_0101.JPG", at("01")), pic("STB_0102.JPG", at("12")), pic("STC_0103.JPG", at("30"))]),
}  # fmt: skip

NONE: dict[str, list[Picture]] = {
    "two are no burst": series(2, 0.1),
    "too slow": series(5, 1.5),
    "two cameras in turn": [pic(f"I_{n}.JPG", at(n * 0.4), camera) for n, camera in enumerate((D90, IPHONE, D90, IPHONE), 1)],
    "no camera is known": [pic(f"I_{n}.JPG", at(n * 0.1), None) for n in range(1, 6)],
    "seconds only, one a second": [pic(f"DSC_{n:04}.JPG", at(f"{n:02}")) for n in range(1, 9)],
    "seconds only, other names": [pic(f"{name}.JPG", at("01")) for name in ("a", "b", "c", "d", "e")],
    "seconds only, three": [pic(f"DSC_{n:04}.JPG", at("01")) for n in (1, 2, 3)],
    "scans of one minute": [pic(f"scan{n}.jpg", "2024-05-17T12:00:00", "epson") for n in range(9)],
    "exposures far apart": [pic(f"I_{n}.JPG", at(n * 10.0), bias=float(n)) for n in range(1, 4)],
    "one exposure twice": brackets(0.0, 0.0),
    "parts of two panoramas": [pic("STA_0101.JPG", at("01")), pic("STA_0102.JPG", at("12"))],
    "one instant": [pic(f"DSC_{n:04}.JPG", at(1.25)) for n in range(1, 6)],
    "two instants": [pic(f"DSC_{n:04}.JPG", at(1.25 + n % 2 / 10)) for n in range(1, 6)],
    "the camera counted, minutes apart": counted((1.0, 1), (31.0, 2)),
    "the camera counted on after a pause": counted((1.0, 1), (3.5, 4)),
    "the count goes back": counted((1.0, 3), (1.2, 1)),
    "two cameras count in turn": [replace(one, camera=camera) for one, camera in zip(counted((1.0, 1), (1.1, 2)), (D90, IPHONE), strict=True)],
    "set to continuous, single presses": counted((1.0, None), (1.9, None)),
    "set to continuous, seconds only, other names": [replace(one, path=f"{name}.JPG") for one, name in zip(counted(("01", None), ("01", None)), "ab", strict=True)],
    "no times": [pic(f"I_{n}.JPG", None) for n in range(5)],
}  # fmt: skip


@pytest.mark.parametrize("case", ONE)
def test_these_are_one_burst(case: str) -> None:
    kind, pictures = ONE[case]
    (burst,) = group(pictures)
    assert (burst.kind, set(burst.members)) == (kind, {one.id for one in pictures})
    assert burst.cover in burst.members
    assert burst.why


@pytest.mark.parametrize("case", NONE)
def test_these_are_none(case: str) -> None:
    assert group(NONE[case]) == ()


RESTARTS: dict[str, tuple[list[Picture], list[int]]] = {
    "one burst right after another": (counted((1.0, 1), (1.1, 2), (1.2, 3), (1.5, 1), (1.6, 2)), [3, 2]),
    "seconds only": (counted(("01", 1), ("01", 2), ("01", 3), ("02", 1), ("02", 2), ("02", 3)), [3, 3]),
    "a lone one before": (counted((1.0, 1), (1.2, 1), (1.3, 2), (1.4, 3)), [3]),
    "the rest of a burst before": (counted((1.0, 7), (1.2, 1), (1.4, 2)), [2]),
    "exposures within": (counted((1.0, 1), (1.1, 2), (1.2, 1), (1.3, 2), (1.4, 1), (1.5, 2)), [2, 2, 2]),
}


@pytest.mark.parametrize("case", RESTARTS)
def test_a_count_that_begins_anew_never_joins_two_bursts(case: str) -> None:
    pictures, sizes = RESTARTS[case]
    assert [len(burst.members) for burst in group(pictures)] == sizes
    assert {burst.rule for burst in group(pictures)} == {"sequence"}


RULED: dict[str, list[Picture]] = {
    "mark": [pic(f"IMG_{n}.JPG", at(n / 10), burst_id="A") for n in range(1, 5)],
    "sequence": counted((1.0, 1), (1.1, 2), (1.2, 3)),
    "window": counted((1.0, None), (1.1, None), (1.2, None)),
    "bracket": brackets(0.0, -2.0, 2.0),
}


@pytest.mark.parametrize("rule", RULED)
def test_what_a_rule_was_told_to_leave_apart_no_other_stacks(rule: str) -> None:
    assert [burst.rule for burst in group(RULED[rule])] == [rule]
    assert group(RULED[rule], without=[rule]) == ()


def test_brackets_in_a_row_are_several() -> None:
    pictures = brackets(0.0, -2.0, 2.0, 0.0, -2.0, 2.0)
    assert [len(burst.members) for burst in group(pictures)] == [3, 3]
    assert {burst.cover for burst in group(pictures)} == {"DSC_0001.JPG", "DSC_0004.JPG"}


def test_the_picture_that_the_phone_chose_is_the_cover() -> None:
    (burst,) = group(ONE["google's old names"][1])
    assert burst.cover.endswith("_COVER.jpg")


@pytest.mark.parametrize(("window_s", "bursts"), [(0.1, 0), (0.5, 1), (2.0, 1)])
def test_the_window_is_the_owners(window_s: float, bursts: int) -> None:
    assert len(group(series(5, 0.4), window_s)) == bursts


def test_members_are_in_the_order_of_capture() -> None:
    pictures = series(5, 0.2)
    (burst,) = group(reversed(pictures))
    assert burst.members == tuple(one.id for one in pictures)


ANY_PICTURES = st.lists(
    st.builds(
        pic,
        st.sampled_from(
            [f"DSC_{number:04}.JPG" for number in range(1, 12)] + ["STA_0101.JPG", "STB_0102.JPG"]
        ),
        st.sampled_from(
            [None, *(at(f"{second:02}") for second in range(3)), *(at(tick / 4) for tick in range(1, 16))]
        ),
        st.sampled_from([None, D90, IPHONE]),
        st.sampled_from([None, None, None, "A", "B"]),
        st.sampled_from([None, 0.0, -1.0, 1.0]),
        st.sampled_from([None, None, 1, 2, 3]),
        st.booleans(),
    ),
    max_size=14,
    unique_by=lambda one: one.id,
)


@given(ANY_PICTURES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(pictures: list[Picture], chance: random.Random) -> None:
    shuffled = list(pictures)
    chance.shuffle(shuffled)
    assert group(shuffled) == group(pictures)


@given(ANY_PICTURES)
def test_a_shot_is_in_one_burst_at_most(pictures: list[Picture]) -> None:
    members = [member for burst in group(pictures) for member in burst.members]
    assert len(members) == len(set(members))
    assert all(len(burst.members) > 1 for burst in group(pictures))


SEPARATED: dict[str, list[Picture]] = {
    "a moment apart": series(4, 0.1),
    "marked": [pic(f"IMG_{n}.JPG", at(1.0), burst_id="A") for n in (1, 2)],
    "named": [pic(f"20240101_120000_00{n}.jpg", at("00"), "samsung a52") for n in (1, 2)],
    "other exposures": brackets(0.0, -2.0, 2.0),
}


@pytest.mark.parametrize("case", SEPARATED)
def test_what_was_captured_once_is_no_burst(case: str) -> None:
    files = SEPARATED[case]
    assert len(group(files)) == 1
    assert group(files, exposure_of=dict.fromkeys((one.id for one in files), "the one")) == ()


def test_files_of_one_exposure_stand_side_by_side_in_its_burst() -> None:
    jpegs = brackets(0.0, -2.0, 2.0)
    raws = [replace(one, id=f"{one.id}.nef", kind=Kind.RAW) for one in jpegs]
    exposure_of = {one.id: one.taken_at or "" for one in [*jpegs, *raws]}
    (burst,) = group([*raws, *jpegs], exposure_of=exposure_of)
    (plain,) = group(jpegs)
    assert (burst.kind, burst.why, burst.cover) == (plain.kind, plain.why, plain.cover)
    assert burst.members == tuple(id_ for one in jpegs for id_ in (one.id, f"{one.id}.nef"))
