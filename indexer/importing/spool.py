"""A staging folder for one import, beside that of the server, whose start must not sweep it away."""

from __future__ import annotations

import fcntl
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from indexer import maintenance
from indexer.intake import Intake

_PREFIX = "import-"
_LOCK = "in-use"


@contextmanager
def spooled(intake: Intake) -> Iterator[Intake]:
    """The same way in, with a staging folder that lasts as long as the block; the kernel knows we live."""
    folder = intake.staging.folder / f"{_PREFIX}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield replace(intake, staging=replace(intake.staging, folder=folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(intake: Intake) -> None:
    """Remove what imports that crashed have left; running ones are left alone."""
    for folder in intake.staging.folder.glob(f"{_PREFIX}*"):
        with suppress(OSError), (folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            maintenance.sweep_staging(replace(intake, staging=replace(intake.staging, folder=folder)))
            shutil.rmtree(folder, ignore_errors=True)
