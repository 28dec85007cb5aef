"""Placeholders for pictures that wait: the thumbnails that cameras put in, read ahead of the decoding.

Two thousand photos wait minutes for their turn; a look into each costs a millisecond. So while more wait
than the crew takes, the newest are looked into, many in one task, in the processes that decode.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from indexer.catalog import Catalog
from indexer.catalog.glimpses import Unseen
from indexer.crew import Crew
from indexer.model import Glimpse, MediaType
from indexer.store import Store

Look = Callable[[tuple[Glimpse | None, ...]], tuple[str | None, ...]]

MOST_AT_ONCE = 128  # so many cost less than one large picture
_DEADLINE_S = 20.0
_LOOK_AGAIN_S = 1.0


@dataclass(slots=True)
class Glancing:
    """``crew`` is that for pictures, ``look`` what its processes do. One at a time, in the worker."""

    catalog: Catalog
    originals: Store
    crew: Crew
    look: Look
    _running: tuple[tuple[Unseen, ...], Future[tuple[str | None, ...]]] | None = field(
        default=None, init=False
    )
    _not_before: float = field(default=0.0, init=False)

    def collect(self) -> None:
        """Write down what was seen. Raises NoRoom; then it is looked for once more."""
        if self._running is None or not self._running[1].done():
            return
        (unseen, future), self._running = self._running, None
        # What a process died of is found again when the picture itself is decoded, and told then.
        seen = (None,) * len(unseen) if future.exception() else future.result()
        self.catalog.glimpses.put(zip(unseen, seen, strict=True))

    def start(self, ended: Callable[[], None]) -> None:
        """Look into the next that wait, if there are more than the crew takes; ``ended`` as in `Crew.start`.

        Raises PoolBroken.
        """
        if self._running or self.crew.free > 0 or time.monotonic() < self._not_before:
            return
        unseen = self.catalog.glimpses.unseen(MOST_AT_ONCE)
        if len(unseen) < MOST_AT_ONCE:
            self._not_before = time.monotonic() + _LOOK_AGAIN_S
        if len(unseen) > len(self.crew.jobs):  # else their turn comes as soon
            future = self.crew.run(self.look, tuple(map(self._glimpse, unseen)), _DEADLINE_S)
            self._running = unseen, future
            future.add_done_callback(lambda _: ended())

    def _glimpse(self, one: Unseen) -> Glimpse | None:
        original = self.originals.find(one.sha256)
        if original is None:
            return None
        return Glimpse(original, MediaType(one.kind, one.mime, original.suffix), one.turn_deg)
