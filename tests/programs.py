"""Other people's programs that tests drive: found, or the test is skipped aloud.

(In CI nothing may be skipped: see ``pytest_runtest_makereport`` in conftest.)
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def require(*programs: str) -> None:
    """Go on only if every program is installed."""
    missing = [program for program in programs if _found(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def path_of(program: str) -> str:
    """The full path of a program; go on only if it is installed."""
    require(program)
    return _found(program) or program


def _found(program: str) -> str | None:
    return shutil.which(program, path=_PATH)


def require_root() -> None:
    """Go on only as root: mounting needs it."""
    if os.geteuid() != 0:
        pytest.skip("needs root")


def run(
    *command: str | Path,
    expect: int | None = 0,
    stdin: str = "",
    cwd: Path | None = None,
    extra_environment: Mapping[str, str] | None = None,
    timeout_s: float = 180,
) -> str:
    """Run to the end and give both streams as one text; ``expect`` None takes any exit code."""
    done = subprocess.run(
        [str(part) for part in command],
        input=stdin,
        cwd=cwd,
        env=os.environ | {"PATH": _PATH, "LC_ALL": "C.UTF-8"} | dict(extra_environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if expect is not None:
        assert done.returncode == expect, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout
