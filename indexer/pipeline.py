"""Step 5 of the flow: one original's way through the indexer, as an ordered list of steps.

Knows no catalog: a task comes in, an outcome goes out. It runs in a worker process with limits on
memory and time, and imports decoders, so the web process must never import this module.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from indexer.derivatives import files, large, makers, placeholders
from indexer.derivatives.files import Derivative
from indexer.derivatives.large import MustWait
from indexer.errors import LibraryError, NoRoom
from indexer.hashing import told_when_full
from indexer.knowledge import CaptureTime, Metadata, Position
from indexer.metadata import hints, places, readers, zones
from indexer.metadata.capture_time import Evidence, choose
from indexer.metadata.findings import Findings
from indexer.metadata.thumbnails import find_thumbnail
from indexer.model import Failure, Glimpse, JobKind, Outcome, Task, TvFile

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the steps so far have found out."""

    findings: Findings = field(default_factory=Findings)
    captured: CaptureTime | None = None
    thumbhash: str | None = None
    place: str | None = None
    tv: TvFile | None = None


def make_ready() -> None:
    """Load what is slow to load, so that the first photo need not wait for it."""
    somewhere = Position(0.0, 0.0)
    zones.zone_at(somewhere)
    places.place_of(somewhere)


def read_metadata(task: Task, learnt: Learnt) -> Learnt:
    found = readers.read(task.original, task.media)
    if task.turn_deg % 180:
        found = replace(found, width=found.height, height=found.width)
    return replace(learnt, findings=found)


def add_hint(task: Task, learnt: Learnt) -> Learnt:
    return replace(learnt, findings=hints.filled(learnt.findings, task.hint)) if task.hint else learnt


def choose_capture_time(task: Task, learnt: Learnt) -> Learnt:
    found = learnt.findings
    zone = zones.zone_at(found.position)
    evidence = Evidence(
        found.recorded,
        task.name,
        task.client_mtime,
        task.now,
        zone_there=zone,
        hinted=hints.date_of(task.hint),
    )
    return replace(learnt, captured=choose(evidence))


def make_derivatives(task: Task, learnt: Learnt) -> Learnt:
    if task.metadata_only:
        return learnt
    found = learnt.findings
    is_small = found.width and found.height and found.width * found.height < large.FROM_PIXELS
    pixels = 0 if is_small else makers.pixels_for(Derivative.PREVIEW, task.original, task.media)
    with large.alone(task.lock_folder, pixels):
        thumbhash = makers.make(task.original, task.media, task.derivatives, task.turn_deg)
    # A picture in full size is made anew when it is asked for again.
    files.drop_older(task.derivatives, (Derivative.THUMBNAIL, Derivative.PREVIEW, Derivative.FULL))
    return replace(learnt, thumbhash=thumbhash)


def name_place(task: Task, learnt: Learnt) -> Learnt:
    position = learnt.findings.position
    return replace(learnt, place=places.place_of(position) if position else None)


def make_film(task: Task, learnt: Learnt) -> Learnt:
    makers.make_film(task.original, task.media, task.derivatives)
    files.drop_older(task.derivatives, (Derivative.CLIP, Derivative.PLAYABLE))
    return learnt


def make_full(task: Task, learnt: Learnt) -> Learnt:
    with large.alone(task.lock_folder, makers.pixels_for(Derivative.FULL, task.original, task.media)):
        makers.make_full(task.original, task.media, task.derivatives, task.turn_deg)
    files.drop_older(task.derivatives, (Derivative.FULL,))
    return learnt


def make_tv(task: Task, learnt: Learnt) -> Learnt:
    with large.alone(task.lock_folder, makers.pixels_for(Derivative.TV, task.original, task.media)):
        made = makers.make_tv(task.original, task.media, task.derivatives, task.turn_deg)
    files.drop_older(task.derivatives, (Derivative.TV,))
    return replace(learnt, tv=made)


Step = Callable[[Task, Learnt], Learnt]

STEPS: dict[JobKind, tuple[tuple[str, Step], ...]] = {
    JobKind.INDEX: (
        ("metadata", read_metadata),
        ("hint", add_hint),
        ("capture time", choose_capture_time),
        ("derivatives", make_derivatives),
        ("place", name_place),
    ),
    JobKind.FILM: (("film", make_film),),
    JobKind.FULL: (("full size", make_full),),
    JobKind.TV: (("television", make_tv),),
}


def run(task: Task) -> Outcome:
    """Take one original through every step. A step that fails is reported; the others still run.

    Only a full disk ends it early, or a very large picture that would have to wait for long.
    """
    learnt, failures = Learnt(), []
    for name, step in STEPS[task.kind]:
        try:
            with told_when_full(None):
                learnt = step(task, learnt)
        except NoRoom:
            return Outcome(Metadata(), None, found_no_room=True)
        except MustWait:
            return Outcome(Metadata(), None, must_wait=True)
        except Exception as error:  # noqa: BLE001 - the wall around one file: the others must go on
            failures.append(Failure(name, _reason(error)))
            _tell(task, name, error)
    return Outcome(_metadata(learnt), failures[0] if failures else None, tv=learnt.tv)


def placeholder_of(glimpse: Glimpse) -> str | None:
    """The thumbhash of the thumbnail that a camera put in; None where there is none that can be shown."""
    try:
        with glimpse.original.open("rb") as file:
            found = find_thumbnail(file, glimpse.media)
        return placeholders.of_thumbnail(*found, glimpse.turn_deg) if found else None
    except Exception as error:  # noqa: BLE001 - what is damaged is told when the picture itself is decoded
        _log.debug("%s: no placeholder: %r", glimpse.original.name, error)
        return None


def _tell(task: Task, step: str, error: Exception) -> None:
    """A damaged picture is its owner's news; a machine in trouble or our own mistake is the log's."""
    if isinstance(error, LibraryError):
        return
    is_ours = not isinstance(error, MemoryError | OSError)
    _log.warning("%s: the step %s failed: %s", task.original.name, step, error, exc_info=is_ours)


def _reason(error: Exception) -> str:
    """A sentence for the owner of the file."""
    if isinstance(error, LibraryError):
        return str(error)
    if isinstance(error, MemoryError):
        return "The file needs more memory than one file may take."
    if isinstance(error, OSError) and error.strerror:
        return f"The server could not read or write a file: {error.strerror}."
    return f"An unexpected error came up: {type(error).__name__}."


def _metadata(learnt: Learnt) -> Metadata:
    found = learnt.findings
    return Metadata(
        width=found.width,
        height=found.height,
        captured=learnt.captured,
        camera=found.camera,
        position=found.position,
        duration_s=found.duration_s,
        place=learnt.place,
        exposure=found.exposure,
        caption=found.caption,
        film=found.film,
        ties=found.ties,
        color_space=found.color_space,
        thumbhash=learnt.thumbhash,
    )
