"""`icc.profile_name`: of profiles of both versions, and of broken ones."""

from __future__ import annotations

import struct

import pytest
from PIL import ImageCms

from indexer.metadata.icc import profile_name


def profile(description: bytes) -> bytes:
    """A header, a table of one tag besides another, and the description."""
    table = struct.pack(">I4sII4sII", 2, b"cprt", 0, 0, b"desc", 156, len(description))
    return bytes(128) + table + description


def version_2(text: bytes) -> bytes:
    return profile(b"desc" + bytes(4) + struct.pack(">I", len(text)) + text)


def version_4(names: dict[str, str]) -> bytes:
    records, texts = b"", b""
    for language, name in names.items():
        text = name.encode("utf-16-be")
        records += struct.pack(">4sII", language.encode(), len(text), 16 + 12 * len(names) + len(texts))
        texts += text
    return profile(b"mluc" + bytes(4) + struct.pack(">II", len(names), 12) + records + texts)


@pytest.mark.parametrize(
    ("icc", "name"),
    [
        (version_2(b"Adobe RGB (1998)\x00"), "Adobe RGB (1998)"),
        (version_4({"deDE": "Anzeige P3", "enUS": "Display P3"}), "Display P3"),
        (version_4({"deDE": "Anzeige P3", "frFR": "Affichage P3"}), "Anzeige P3"),
        (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), "sRGB built-in"),
        (version_2(b""), None),
        (version_4({}), None),
        (profile(b"text"), None),
        (b"", None),
        (bytes(128) + b"\xff\xff\xff\xff" + bytes(40), None),
    ],
)
def test_names(icc: bytes, name: str | None) -> None:
    assert profile_name(icc) == name


@pytest.mark.parametrize("icc", [version_2(b"Adobe RGB\x00"), version_4({"enUS": "P3", "deDE": "P3"})])
def test_cut_and_damaged_profiles_raise_nothing(icc: bytes) -> None:
    for place in range(len(icc)):
        profile_name(icc[:place])
        profile_name(icc[:place] + b"\xff" + icc[place + 1 :])
