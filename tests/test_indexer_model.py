"""The words as values: frozen, comparable, and the two that are worked out."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import pytest

from indexer import model
from indexer.knowledge import CaptureTime, Metadata
from indexer.model import Entry, EntryType, Item, Kind, MediaType, Outcome, State, Task

VALUES = [each for _, each in inspect.getmembers(model, is_dataclass)]


def item(taken_at: str | None) -> Item:
    captured = CaptureTime(taken_at, "file name") if taken_at else None
    return Item("ab", "a.jpg", Kind.IMAGE, "image/jpeg", 1, State.READY, Metadata(captured=captured), 0.0)


@pytest.mark.parametrize("kind", VALUES)
def test_values_are_frozen(kind: type) -> None:
    value: object = object.__new__(kind)
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(kind)[0].name, None)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize(
    ("taken_at", "day"),
    [("2024-05-17T18:30:01.25", "2024-05-17"), ("2024-05-17T00:00:00", "2024-05-17"), (None, "unknown")],
)
def test_the_day_of_an_item(taken_at: str | None, day: str) -> None:
    assert item(taken_at).day == day


def test_entity_tags() -> None:
    file = Entry("a", "a", EntryType.FILE, 1.0, 1.0, sha256="ab")
    placeholder = Entry("a", "a", EntryType.PLACEHOLDER, 1.0, 1.0)
    later = Entry("a", "a", EntryType.PLACEHOLDER, 1.0, 1.5)
    assert file.etag == "ab"
    assert len({placeholder.etag, later.etag, Entry("b", "b", EntryType.PLACEHOLDER, 9.0, 1.0).etag}) == 2


def test_tasks_and_outcomes_travel_between_processes() -> None:
    task = Task(Path("a"), MediaType(Kind.RAW, "image/x-raw", ".raw"), "a", None, Path("b"), 1.0)
    outcome = Outcome(Metadata(captured=CaptureTime("2024-05-17T18:30:01", "file name")), None)
    assert pickle.loads(pickle.dumps((task, outcome))) == (task, outcome)  # noqa: S301 - our own bytes
