"""Which reader reads what: kind -> reader. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from indexer.metadata.findings import Findings
from indexer.metadata.raws import read_raw
from indexer.metadata.stills import read_still
from indexer.metadata.video import read_video
from indexer.model import Kind, MediaType

Reader = Callable[[Path, MediaType], Findings]

READERS: dict[Kind, Reader] = {
    Kind.IMAGE: read_still,
    Kind.RAW: read_raw,
    Kind.VIDEO: read_video,
}


def read(original: Path, media: MediaType) -> Findings:
    """What the file says about itself; nothing where its kind has no reader. Raises OSError."""
    reader = READERS.get(media.kind)
    return reader(original, media) if reader else Findings()
