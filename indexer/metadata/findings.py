"""What a reader brings home from one file, before anything is decided about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.knowledge import Camera, Caption, Exposure, Film, Position, Ties
from indexer.metadata.capture_time import Recorded


@dataclass(frozen=True, slots=True)
class Findings:
    """Facts as the file states them; ``width`` and ``height`` are as displayed, after rotation."""

    width: int | None = None
    height: int | None = None
    recorded: tuple[Recorded, ...] = ()
    camera: Camera = field(default_factory=Camera)
    position: Position | None = None
    duration_s: float | None = None
    exposure: Exposure = field(default_factory=Exposure)
    caption: Caption = field(default_factory=Caption)
    film: Film | None = None
    ties: Ties = field(default_factory=Ties)
    color_space: str | None = None
