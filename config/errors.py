"""Mistakes in the settings, all of them at once, each with the place to mend."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """``source`` is a file, "environment" or "command line"."""

    source: str
    option: str
    problem: str

    def __str__(self) -> str:
        return f"{self.source}: {self.option}: {self.problem}"


class ConfigError(Exception):
    """The settings cannot be used; ``str()`` is one line for each mistake."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)
