"""Finds the sample media: real camera files with known facts, kept outside the repository.

The folder is named by the environment variable PHOTOCLOUD_SAMPLES, else ``../shared/samples``
beside the repository is tried. Tests that need it skip, with the reason, where it is absent.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("PHOTOCLOUD_SAMPLES") or REPOSITORY.parent / "shared" / "samples")

needs_samples = pytest.mark.skipif(
    not (FOLDER / "manifest.json").is_file(),
    reason=f"the sample media are not in {FOLDER}; name their folder in PHOTOCLOUD_SAMPLES",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One file of the manifest, with what is known about it (the fields of its README)."""

    path: str
    sha256: str
    size_bytes: int
    kind: str
    mime: str
    width: int | None
    height: int | None
    size_also_ok: tuple[int, int] | None
    orientation: int | None
    taken_at: str | None
    taken_at_source: str | None
    utc_offset: str | None
    make: str | None
    model: str | None
    gps: tuple[float, float] | None
    duration_s: float | None
    expect: str
    also_ok: tuple[str, ...]
    group: str | None
    facts: dict[str, Any] = field(repr=False, hash=False, compare=False)

    @property
    def file(self) -> Path:
        return FOLDER / self.path

    @property
    def name(self) -> str:
        return Path(self.path).name

    @property
    def accepted(self) -> frozenset[str]:
        """Every outcome that is right: thumbnail, no-thumbnail, reject-cleanly."""
        return frozenset({self.expect, *self.also_ok})

    def __str__(self) -> str:
        return self.path


def load() -> tuple[Sample, ...]:
    """Every sample of the manifest in its order; empty where the folder is absent."""
    manifest = FOLDER / "manifest.json"
    if not manifest.is_file():
        return ()
    return tuple(_sample(facts) for facts in json.loads(manifest.read_text(encoding="utf-8")))


def named(path: str) -> Sample:
    """The sample with this path in the manifest."""
    return next(sample for sample in load() if sample.path == path)


def _sample(facts: dict[str, Any]) -> Sample:
    pair = facts.get("size_also_ok")
    return Sample(
        path=facts["path"],
        sha256=facts["sha256"],
        size_bytes=facts["bytes"],
        kind=facts["kind"],
        mime=facts["mime"],
        width=facts["width"],
        height=facts["height"],
        size_also_ok=(pair[0], pair[1]) if pair else None,
        orientation=facts["orientation"],
        taken_at=facts["taken_at"],
        taken_at_source=facts["taken_at_source"],
        utc_offset=facts["utc_offset"],
        make=facts["make"],
        model=facts["model"],
        gps=(facts["gps"][0], facts["gps"][1]) if facts["gps"] else None,
        duration_s=facts["duration_s"],
        expect=facts["expect"],
        also_ok=tuple(facts.get("also_ok") or ()),
        group=facts["group"],
        facts=facts,
    )
