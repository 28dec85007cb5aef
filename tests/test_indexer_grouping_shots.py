"""Which files are one picture: a labelled table of tricky cases, and what holds for any set of files."""

# ruff: noqa: E501 - one case a line reads best
from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.grouping.pictures import Picture
from indexer.grouping.shots import Shot, group
from indexer.model import Kind

NOON = "2024-05-17T12:00:00"
NOON_25 = f"{NOON}.25"
D90 = "nikon d90"
X = "canon eos r5"
IPHONE = "apple iphone xr"
KINDS = {
    "jpg": Kind.IMAGE, "heic": Kind.IMAGE, "tif": Kind.IMAGE, "png": Kind.IMAGE,
    "nef": Kind.RAW, "dng": Kind.RAW, "cr2": Kind.RAW, "mov": Kind.VIDEO, "mp4": Kind.VIDEO, "avi": Kind.VIDEO,
    "thm": Kind.IMAGE,
}  # fmt: skip


def pic(
    path: str,
    taken_at: str | None = None,
    camera: str | None = None,
    content_id: str | None = None,
    duration_s: float | None = None,
    pixels: int = 0,
) -> Picture:
    """A picture whose id is its path."""
    kind = KINDS.get(path.rpartition(".")[2].lower(), Kind.OTHER)
    return Picture(
        path, path, kind, taken_at, camera, content_id=content_id, duration_s=duration_s, pixels=pixels
    )


TOGETHER: dict[str, list[Picture]] = {
    "raw and jpeg": [pic("DSC_0042.NEF", NOON_25, D90), pic("DSC_0042.JPG", NOON_25, D90)],
    "raw and jpeg to the second": [pic("DSC_0042.NEF", NOON, D90), pic("DSC_0042.JPG", NOON, D90)],
    "raw and jpeg in folders of their own": [
        pic("raw/DSC_0042.NEF", NOON, D90), pic("jpg/DSC_0042.JPG", NOON, D90)],
    "names in other letters": [pic("dsc_0042.nef", NOON, D90), pic("DSC_0042.JPG", NOON, D90)],
    "one knows no fraction": [pic("DSC_0042.NEF", NOON_25, D90), pic("DSC_0042.JPG", NOON, D90)],
    "fractions of other lengths": [pic("IMG_1.DNG", f"{NOON}.250", X), pic("IMG_1.JPG", NOON_25, X)],
    "one knows no camera": [pic("a/IMG_1.CR2", NOON, X), pic("a/IMG_1.JPG", NOON)],
    "raw, jpeg and heic": [pic("I_1.DNG", NOON, X), pic("I_1.JPG", NOON, X), pic("I_1.HEIC", NOON, X)],
    "a pixel's parts": [
        pic("PXL_20230101_123456789.RAW-01.COVER.jpg", f"{NOON}.789", "google pixel 7"),
        pic("PXL_20230101_123456789.RAW-02.ORIGINAL.dng", f"{NOON}.789", "google pixel 7")],
    "an iphone's edit": [pic("IMG_4120.JPG", f"{NOON}.835", IPHONE), pic("IMG_E4120.JPG", f"{NOON}.835", IPHONE)],
    "an iphone's edit with notes": [
        pic("IMG_4120.HEIC", f"{NOON}.835", IPHONE), pic("IMG_E4120.HEIC", f"{NOON}.835", IPHONE),
        pic("IMG_4120.AAE"), pic("IMG_O4120.AAE")],
    "lightroom's second version": [pic("DSC_0042.NEF", NOON_25, D90), pic("DSC_0042-2.JPG", NOON_25, D90)],
    "lightroom's edit": [pic("DSC_0042.NEF", NOON_25, D90), pic("DSC_0042-Edit.TIF", NOON_25, D90)],
    "lightroom's edit of an edit": [pic("DSC_0042.JPG", NOON, D90), pic("DSC_0042-Edit-2.TIF", NOON, D90)],
    "a copy that a program has touched": [pic("IMG_1.JPG", NOON_25, X), pic("IMG_1 copy.JPG", NOON_25, X)],
    "a numbered copy": [pic("IMG_4120.JPG", NOON_25, X), pic("IMG_4120 (1).JPG", NOON_25, X)],
    "google's edit": [pic("MVIMG_2.jpg", NOON_25, X), pic("MVIMG_2-edited.jpg", NOON_25, X)],
    "one name in two folders, to the same fraction": [
        pic("a/DSC_1.JPG", NOON_25, X), pic("b/DSC_1.JPG", NOON_25, X)],
    "a live photo": [
        pic("IMG_3589.HEIC", f"{NOON}.064", IPHONE, "A-B"), pic("IMG_3589.MOV", NOON, IPHONE, "A-B", 3)],
    "a live photo whose clip was renamed": [
        pic("IMG_3589.HEIC", NOON, IPHONE, "A-B"), pic("elsewhere/clip.MOV", None, None, "A-B", 3)],
    "a live photo without identifiers": [
        pic("IMG_3589.JPG", NOON, IPHONE), pic("IMG_3589.MOV", "2024-05-17T11:59:58", IPHONE, None, 2.9)],
    "a raw's side file": [pic("a/_DSC1.dng", NOON, X), pic("a/_DSC1.xmp")],
    "a side file that names its owner": [pic("a/IMG_1.cr2", NOON, X), pic("a/IMG_1.CR2.xmp")],
    "a clip's small picture, a second late": [
        pic("MVI_0121.AVI", NOON), pic("MVI_0121.THM", "2024-05-17T12:00:01", "canon powershot s40")],
    "a spoken note": [pic("DSC_0042.JPG", NOON, D90), pic("DSC_0042.WAV")],
    "an export under another name": [pic("DSC_0042.NEF", NOON_25, D90), pic("Sunset.jpg", NOON_25, D90)],
}  # fmt: skip

APART: dict[str, list[Picture]] = {
    "a counter that has rolled over": [
        pic("a/DSC_0042.JPG", NOON, D90), pic("b/DSC_0042.JPG", "2023-01-01T08:00:00", D90)],
    "a raw of the counter's other round": [
        pic("a/DSC_0042.NEF", NOON, D90), pic("b/DSC_0042.JPG", "2023-01-01T08:00:00", D90)],
    "two cameras with one counter": [pic("a/DSC_0042.NEF", NOON, D90), pic("b/DSC_0042.JPG", NOON, "nikon d70")],
    "two bodies of one kind in the same second": [pic("a/DSC_1.JPG", NOON, D90), pic("b/DSC_1.JPG", NOON, D90)],
    "the same second, other names": [pic("DSC_0042.JPG", NOON, D90), pic("DSC_0043.JPG", NOON, D90)],
    "the same second, other names, raw and jpeg": [pic("DSC_0042.NEF", NOON, D90), pic("DSC_0043.JPG", NOON, D90)],
    "the same second without any camera": [pic("a.jpg", NOON), pic("b.jpg", NOON)],
    "a fast camera with a coarse clock": [pic("DSC_0042.JPG", NOON_25, D90), pic("DSC_0043.JPG", NOON_25, D90)],
    "one digit of a fraction": [pic("Sunset.jpg", f"{NOON}.2", D90), pic("Beach.jpg", f"{NOON}.2", D90)],
    "a fraction of nothing but zeros": [pic("Sunset.jpg", f"{NOON}.00", D90), pic("Beach.jpg", f"{NOON}.00", D90)],
    "one name, no times": [pic("a/image.jpg"), pic("b/image.jpg")],
    "one name in one folder, no times": [pic("image.jpg"), pic("image.png")],
    "one name, other fractions": [pic("a/I_1.JPG", f"{NOON}.25", X), pic("b/I_1.JPG", f"{NOON}.75", X)],
    "whatsapp's counting": [pic("IMG-20240517-WA0001.jpg"), pic("IMG-20240517-WA0002.jpg")],
    "samsung's pictures of one second": [
        pic("20240517_120000.jpg", NOON, "samsung a52"), pic("20240517_120000(0).jpg", NOON, "samsung a52")],
    "a burst": [pic("IMG_3607.JPG", f"{NOON}.786", IPHONE), pic("IMG_3608.JPG", f"{NOON}.879", IPHONE)],
    "a long film of the picture's name": [
        pic("IMG_1.JPG", NOON, IPHONE), pic("IMG_1.MOV", NOON, IPHONE, None, 60.0)],
    "a clip of a camera that makes no live photos": [
        pic("MVI_1.JPG", NOON, X), pic("MVI_1.MOV", NOON, X, None, 2.0)],
    "a clip of another day": [
        pic("IMG_1.JPG", NOON, IPHONE), pic("IMG_1.MOV", "2023-05-17T12:00:00", IPHONE, None, 2.0)],
    "two live photos": [pic("IMG_1.HEIC", NOON, IPHONE, "A"), pic("IMG_2.MOV", NOON, IPHONE, "B", 2.0)],
    "a side file in another folder": [pic("a/IMG_1.cr2", NOON, X), pic("b/IMG_1.xmp")],
    "a side file that names another owner": [pic("a/IMG_1.cr2", NOON, X), pic("a/IMG_1.jpg.xmp")],
    "a small picture of another day": [pic("MVI_1.AVI", NOON), pic("MVI_1.THM", "2020-01-01T00:00:00", X)],
    "an edit of another moment": [pic("IMG_4120.JPG", NOON, IPHONE), pic("IMG_E4120.JPG", f"{NOON[:-1]}9", IPHONE)],
    "notes that are no side file": [pic("DSC_0042.JPG", NOON, D90), pic("DSC_0042.txt")],
    "scans with the scanner's name only": [pic("scan-1.jpg", None, "epson"), pic("scan-2.jpg", None, "epson")],
}  # fmt: skip


@pytest.mark.parametrize("case", TOGETHER)
def test_these_are_one_picture(case: str) -> None:
    (shot,) = group(TOGETHER[case])
    assert len(shot.members) == len(TOGETHER[case])
    assert shot.ties


@pytest.mark.parametrize("case", APART)
def test_these_are_not(case: str) -> None:
    shots = group(APART[case])
    assert all(shot == Shot(shot.cover, (shot.cover,)) for shot in shots)
    assert len(shots) == len(APART[case])


def test_who_knows_no_camera_goes_with_neither_of_two() -> None:
    pictures = [
        pic("a/DSC_1.NEF", NOON, D90), pic("b/DSC_1.DNG", NOON, X), pic("a/DSC_1.JPG", NOON),
    ]  # fmt: skip
    assert len(group(pictures)) == 3


def test_an_export_goes_with_neither_of_two_exposures() -> None:
    pictures = [
        pic("DSC_1001.NEF", NOON_25, D90),
        pic("DSC_1002.NEF", NOON_25, D90),
        pic("x.jpg", NOON_25, D90),
    ]
    assert len(group(pictures)) == 3


@pytest.mark.parametrize(
    ("cover", "others"),
    [
        (pic("DSC_1.JPG", NOON_25, X, pixels=1), [pic("DSC_1.NEF", NOON_25, X, pixels=9)]),
        (pic("IMG_E1234.JPG", NOON_25, X), [pic("IMG_1234.JPG", NOON_25, X)]),
        (pic("IMG_1234.JPG", NOON_25, X), [pic("IMG_1234 copy.JPG", NOON_25, X)]),
        (pic("IMG_1.HEIC", NOON, IPHONE, "A"), [pic("IMG_1.MOV", NOON, IPHONE, "A", 2.0)]),
        (pic("DSC_1.NEF", NOON, X), [pic("DSC_1.xmp")]),
        (pic("MVI_1.AVI", NOON), [pic("MVI_1.THM", NOON)]),
        (pic("I_1.HEIC", NOON_25, X, pixels=9), [pic("I_1.JPG", NOON_25, X, pixels=1)]),
    ],
)
def test_the_cover_is_the_best_to_look_at(cover: Picture, others: list[Picture]) -> None:
    (shot,) = group([*others, cover])
    assert shot.cover == shot.members[0] == cover.id


@pytest.mark.parametrize("export_id", ["0", "zzz"])
def test_what_one_rule_left_apart_no_other_brings_together(export_id: str) -> None:
    """Nor by way of a third that is of the same moment as both, whichever of the three comes first."""
    export = replace(pic("Sunset.jpg", NOON_25, D90), id=export_id)
    second = replace(pic("Beach.jpg", NOON_25, D90), id=f"{export_id}1")
    pair = TOGETHER["raw and jpeg"]
    assert len(group([*pair, export])) == 1
    assert len(group(pair, {"same name"})) == 2
    assert len(group([*pair, export], {"same name"})) == 3
    assert sorted(len(shot.members) for shot in group([*pair, export, second], {"same name"})) == [1, 1, 2]


def test_nor_do_two_rules_by_way_of_one_picture() -> None:
    raw, developed = pic("a/IMG_1.dng", NOON), pic("a/IMG_1.jpg", NOON_25, X)
    copy = pic("b/IMG_1 copy.jpg", NOON_25, X)
    assert len(group([raw, developed, copy])) == 1
    apart = [shot.members for shot in group([raw, developed, copy], {"same name"})]
    assert not any({raw.id, developed.id} <= set(members) for members in apart)
    assert len(apart) == 2


def test_a_shot_says_why() -> None:
    (shot,) = group(TOGETHER["raw and jpeg"])
    assert [tie.why for tie in shot.ties] == ["same name DSC_0042, same time to 10 ms, same camera"]


ANY_PICTURES = st.lists(
    st.builds(
        pic,
        path=st.sampled_from(
            [f"{folder}/{stem}.{end}" for folder in "ab" for stem in ("IMG_1", "IMG_2", "IMG_E1", "IMG_1 copy", "x")
             for end in ("jpg", "dng", "mov", "xmp")]
        ),
        taken_at=st.sampled_from([None, NOON, NOON_25, f"{NOON}.250", f"{NOON}.75", "2024-05-17T12:00:01"]),
        camera=st.sampled_from([None, X, IPHONE]),
        content_id=st.sampled_from([None, None, "A"]),
        duration_s=st.sampled_from([None, 2.0, 90.0]),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)  # fmt: skip


@given(ANY_PICTURES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(pictures: list[Picture], chance: random.Random) -> None:
    shuffled = list(pictures)
    chance.shuffle(shuffled)
    assert group(shuffled) == group(pictures)


@given(ANY_PICTURES)
def test_every_picture_is_in_one_shot(pictures: list[Picture]) -> None:
    members = [member for shot in group(pictures) for member in shot.members]
    assert sorted(members) == sorted(one.id for one in pictures)


@given(ANY_PICTURES)
def test_a_pair_that_is_left_apart_stays_apart(pictures: list[Picture]) -> None:
    known = [replace(one, content_id=None) for one in pictures]
    named = [tie for shot in group(known) for tie in shot.ties if tie.rule == "same name"]
    shot_of = {id_: shot for shot in group(known, {"same name"}) for id_ in shot.members}
    assert not any(shot_of[tie.a] is shot_of[tie.b] for tie in named)


@given(ANY_PICTURES, ANY_PICTURES)
def test_pictures_of_another_place_and_time_change_nothing(here: list[Picture], there: list[Picture]) -> None:
    """So a new file concerns its neighbours only: those of its name, its second or its identifier."""
    other = [_elsewhere(one) for one in there]
    assert group([*here, *other]) == tuple(sorted([*group(here), *group(other)], key=lambda shot: shot.cover))


def _elsewhere(one: Picture) -> Picture:
    return replace(
        one,
        id=f"there/{one.id}",
        path=f"there/{one.path}",
        taken_at=one.taken_at and one.taken_at.replace("2024", "2019"),
        content_id=one.content_id and "B",
    )


def test_ids_do_not_matter() -> None:
    pictures = [
        replace(one, id=str(number)) for number, one in enumerate(TOGETHER["an iphone's edit with notes"])
    ]
    assert len(group(pictures)) == 1
