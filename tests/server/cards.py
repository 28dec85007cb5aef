"""A small memory card to copy: folders and files as a camera leaves them, with names that hurt."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

SHOT_AT = 1_715_956_201  # 17 May 2024, 14:30:01 UTC
NAMES = [
    "DCIM/100CANON/IMG_0001.JPG",
    "DCIM/100CANON/IMG_0002.JPG",
    "DCIM/100CANON/IMG_0002.CR3",
    "DCIM/101CANON/IMG_0001.JPG",
    "DCIM/101CANON/MVI_0003.MP4",
    "Ferien am Bodensee/Überlingen & (Meersburg) #1 100%.jpg",
    "Ferien am Bodensee/日本語 😀.png",
]


def make_card(folder: Path) -> Path:
    """Fill a new folder; every file has its own bytes, and its own whole second of change."""
    chance = random.Random(7)
    for number, name in enumerate(NAMES):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(chance.randbytes(chance.choice((1, 70_000, 700_000))))
        os.utime(file, (SHOT_AT + number, SHOT_AT + number))
    return folder


def checksums(folder: Path) -> str:
    """The files as ``sha256sum --check`` reads them."""
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in NAMES)
