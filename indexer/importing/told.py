"""What lies beside a file and tells about it, whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.model import Hint


@dataclass(frozen=True, slots=True)
class Told:
    """``name`` is the file's true one, where its own was cut or numbered."""

    hint: Hint | None = None
    name: str | None = None
    is_favourite: bool = False
