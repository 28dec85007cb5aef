"""What is installed: the lock is exact, safe and complete, and the wheel has what the server needs."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.server_process import ROOT

PACKAGES = {"config", "davserver", "indexer", "webui"}
# moviepy 2.2.1 declares a Pillow that has known memory bugs, but runs on the newer ones (DESIGN section 12).
TOLERATED = re.compile(r"moviepy \S+ has requirement pillow<12\S*, but you have pillow 1[3-9]\S*")
NOT_PACKED = shutil.ignore_patterns(
    ".git", ".venv*", "node_modules", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", "artefacts"
)


def locked(name: str) -> dict[str, list[Requirement]]:
    """The exact requirements of a lock file, by canonical name (one per marker)."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip(" \\"))
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def declared() -> list[Requirement]:
    """What setup.cfg asks for."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    lines = settings["options"]["install_requires"].splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def version_of(requirement: Requirement) -> Version:
    (pinned,) = requirement.specifier
    assert pinned.operator == "==", f"{requirement} is not exact"
    return Version(pinned.version)


def test_pip_check_names_the_one_known_line_and_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--no-color", "check"], capture_output=True, text=True, check=False
    )
    (line,) = done.stdout.strip().splitlines()
    assert TOLERATED.fullmatch(line.rstrip(".")), line


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_the_lock_satisfies_what_is_declared(requirement: Requirement) -> None:
    for pinned in locked("requirements.lock")[canonicalize_name(requirement.name)]:
        assert version_of(pinned) in requirement.specifier


def test_the_lock_has_the_safe_pillow() -> None:
    assert all(version_of(pinned) >= Version("13") for pinned in locked("requirements.lock")["pillow"])


def test_developers_and_owners_run_the_same_versions() -> None:
    owners, developers = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: developers.get(name) for name in owners} == owners


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_file_is_pinned_by_its_hash_and_no_host_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text)
    assert all("--hash=sha256:" in entry for entry in entries if not entry.startswith("#"))


def test_the_wheel_has_the_four_packages_and_their_data(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=NOT_PACKED)
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)]
    subprocess.run(
        [sys.executable, "-m", *build, str(source)],
        env=os.environ | {"PHOTOCLOUD_SKIP_FRONTEND": "1"},
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    assert packed_sources() - names == set()
    (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
    assert "photocloud = davserver.cli:main" in zipfile.ZipFile(wheel).read(entry_points).decode()


def packed_sources() -> set[str]:
    """The files of the packages that a running server reads."""
    patterns = ["**/*.py", "example.ini", "templates/*.html", "static/*.*"]
    return {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for pattern in patterns
        for file in (ROOT / package).glob(pattern)
        if "frontend" not in file.parts
    }
