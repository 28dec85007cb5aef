"""What file names say about relatives: every habit by example, and the look-alikes that are none."""

from __future__ import annotations

import pytest

from indexer.grouping.file_names import Role, Stem, is_counter, read

NAMES = [
    ("DSC_0042.NEF", "dsc_0042", Role.PLAIN),
    ("dsc_0042.jpg", "dsc_0042", Role.PLAIN),
    ("PXL_20230101_123456789.RAW-01.COVER.jpg", "pxl_20230101_123456789", Role.PLAIN),
    ("PXL_20230101_123456789.RAW-02.ORIGINAL.dng", "pxl_20230101_123456789", Role.PLAIN),
    ("PXL_20230101_123456789.MP.jpg", "pxl_20230101_123456789", Role.PLAIN),
    ("PXL_20230101_123456789~2.jpg", "pxl_20230101_123456789", Role.EDIT),
    ("IMG_E1234.JPG", "img_1234", Role.EDIT),
    ("IMG_O1234.AAE", "img_1234", Role.SIDECAR),
    ("IMG_1234.AAE", "img_1234", Role.SIDECAR),
    ("DSC_0042-Edit.tif", "dsc_0042", Role.EDIT),
    ("DSC_0042-Edit-2.tif", "dsc_0042", Role.EDIT),
    ("DSC_0042-Enhanced-NR.dng", "dsc_0042", Role.EDIT),
    ("DSC_0042-HDR-Pano.dng", "dsc_0042", Role.EDIT),
    ("DSC_0042-2.jpg", "dsc_0042", Role.EDIT),
    ("IMG_20190101_101010-edited.jpg", "img_20190101_101010", Role.EDIT),
    ("IMG_1234-bearbeitet.jpg", "img_1234", Role.EDIT),
    ("IMG_1234-edited(1).jpg", "img_1234", Role.EDIT),
    ("IMG_1234-EDITADA(12).JPG", "img_1234", Role.EDIT),
    ("IMG_4120 copy.JPG", "img_4120", Role.COPY),
    ("IMG_4120 copy 2.JPG", "img_4120", Role.COPY),
    ("IMG_4120 - Copy (2).JPG", "img_4120", Role.COPY),
    ("IMG_4120(1).JPG", "img_4120", Role.COPY),
    ("IMG_4120 (1).JPG", "img_4120", Role.COPY),
    ("DSC_0042.xmp", "dsc_0042", Role.SIDECAR),
    ("DSC_0042.NEF.xmp", "dsc_0042", Role.SIDECAR),
    ("MVI_0121.THM", "mvi_0121", Role.SIDECAR),
    # No relatives, however much they look it:
    ("20240101_120000(0).jpg", "20240101_120000(0)", Role.PLAIN),
    ("20240101-12.jpg", "20240101-12", Role.PLAIN),
    ("2024-05-17 18.30.01-1.jpg", "2024-05-17 18.30.01-1", Role.PLAIN),
    ("copy.jpg", "copy", Role.PLAIN),
    (".jpg", ".jpg", Role.PLAIN),
    ("", "", Role.PLAIN),
]


@pytest.mark.parametrize(("name", "base", "role"), NAMES)
def test_a_name_tells_base_and_role(name: str, base: str, role: Role) -> None:
    found = read(name)
    assert (found.base, found.role) == (base, role)


def test_a_side_file_may_name_its_owner() -> None:
    assert read("_DSC2164.ARW.xmp").owner == "_dsc2164.arw"
    assert read("_DSC2164.xmp") == Stem("_dsc2164", Role.SIDECAR)


@pytest.mark.parametrize("base", ["dsc_0042", "_dsc2164", "img_1234", "p1010001", "100_0001", "dscf0001"])
def test_cameras_count(base: str) -> None:
    assert is_counter(base)


@pytest.mark.parametrize("base", ["sunset", "img_20190101_101010", "pxl_20230101_123456789", "2", ""])
def test_other_names_do_not(base: str) -> None:
    assert not is_counter(base)
