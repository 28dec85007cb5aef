"""Folders for tests that no ordinary call can make or remove."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def deep_folder(top: Path, levels: int) -> Iterator[Path]:
    """A new folder with folders "d" in each other, deeper than a path may be long; it is removed again."""
    top.mkdir()
    above = Path.cwd()
    try:
        os.chdir(top)
        for _ in range(levels):
            os.mkdir("d")
            os.chdir("d")
        os.chdir(above)
        yield top
    finally:
        os.chdir(above)
        # Python's own way to remove a tree calls itself for each level.
        subprocess.run(["rm", "-rf", "--", top], timeout=60, check=True)
