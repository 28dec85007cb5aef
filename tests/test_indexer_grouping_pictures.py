"""What follows from one picture alone."""

from __future__ import annotations

import pytest

from indexer.grouping.pictures import Picture
from indexer.model import Kind


@pytest.mark.parametrize(
    ("taken_at", "second", "fraction"),
    [
        ("2024-05-17T18:30:01.250", "2024-05-17T18:30:01", "250"),
        ("2024-05-17T18:30:01", "2024-05-17T18:30:01", ""),
        (None, None, ""),
    ],
)
def test_a_time_has_a_second_and_a_fraction(taken_at: str | None, second: str | None, fraction: str) -> None:
    picture = Picture("a", "DCIM/IMG_1.JPG", Kind.IMAGE, taken_at)
    assert (picture.second, picture.fraction) == (second, fraction)


def test_a_path_has_its_parts() -> None:
    picture = Picture("a", "DCIM/100Canon/IMG_0001.CR2.xmp", Kind.OTHER)
    assert (picture.folder, picture.name, picture.extension) == ("dcim/100canon", "IMG_0001.CR2.xmp", ".xmp")
    assert picture.is_side_file
    assert Picture("a", "x.jpg", Kind.IMAGE).folder == "."
