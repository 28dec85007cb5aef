"""The threads that answer requests: as many as the owner set, and more while clients hold some up.

A thread whose client sends or takes next to nothing (a paused player, a stalled upload, one byte now
and then) does not count as serving. Above ``least`` there is one for each of these, up to ``most``;
then the one that has been held up longest is let go, so that no number of idlers can keep others out.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from davserver.http.connections import Connection
from davserver.http.streams import Wire

_log = logging.getLogger(__name__)

MORE_TIMES = 8
_STALLED_S = 0.05
_MAY_BE_LET_GO_S = 5.0
_SPARE_S = 30.0
_HELD_UP_AT_STOP_S = 2.0
_GIVEN_UP_AFTER_S = 3.0


class RequestThreads:
    """``serve`` is called with each connection that `put` brings; it must not raise.

    The names `start`, `stop` and `put` are those that cheroot's server expects of its pool.
    """

    def __init__(self, serve: Callable[[Connection], None], least: int, most: int | None = None) -> None:
        self._serve = serve
        self._least = least
        self._most = most or least * MORE_TIMES
        self._queue: SimpleQueue[Connection | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        # By thread: a connection that was given back is at once another thread's, while the first still ends.
        self._busy: dict[threading.Thread, Connection] = {}
        self._free = 0  # idle threads less waiting connections
        self._is_stopping = False

    @property
    def has_free(self) -> bool:
        """Whether a thread is idle; then another may stay with its client for a while."""
        return self._free > 0

    def start(self) -> None:
        with self._lock:
            for _ in range(self._least):
                self._spawn()

    def put(self, connection: Connection) -> None:
        """Have the connection served, as soon as a thread is free."""
        with self._lock:
            self._free -= 1
        self._queue.put(connection)
        if self._free < 0:
            self.grow()

    def grow(self) -> bool:
        """Make threads for connections that wait, in place of those held up; True while some still wait."""
        if self._free >= 0:
            return False
        with self._lock:
            stalled = sum(wire.held_up_s() >= _STALLED_S for wire in self._wires())
            allowed = min(self._least + stalled, self._most) - len(self._threads)
            with suppress(RuntimeError):  # the machine has no more threads: those there are go on
                for _ in range(min(-self._free, allowed)):
                    self._spawn()
            if self._free < 0 and len(self._threads) >= self._most:
                self._let_go_of_the_longest_held_up()
            return self._free < 0

    def stop(self, timeout: float) -> None:
        """Let running requests end within this time (seconds); those held up by their client end now.

        A thread that does not end even without its client is left behind, and told.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            self._is_stopping = True
            threads = list(self._threads)
        for _ in threads:
            self._queue.put(None)
        while threads := [thread for thread in threads if thread.is_alive()]:
            late_s = time.monotonic() - deadline
            if late_s > _GIVEN_UP_AFTER_S:
                _log.error("%s requests did not end; the server stops without them", len(threads))
                return
            with self._lock:
                for wire in self._wires():
                    if late_s > 0 or wire.held_up_s() > _HELD_UP_AT_STOP_S:
                        wire.abort()
            for thread in threads:
                thread.join(0.5 / len(threads))

    def _wires(self) -> list[Wire]:
        return [connection.wire for connection in self._busy.values()]

    def _let_go_of_the_longest_held_up(self) -> None:
        longest = max(self._wires(), key=Wire.held_up_s, default=None)
        if longest is not None and longest.held_up_s() >= _MAY_BE_LET_GO_S:
            longest.abort()

    def _spawn(self) -> None:
        thread = threading.Thread(target=self._run, name="request", daemon=True)
        thread.start()
        self._threads.add(thread)
        self._free += 1

    def _run(self) -> None:
        while True:
            try:
                connection = self._queue.get(timeout=_SPARE_S)
            except Empty:
                if self._is_spare():
                    return
                continue
            if connection is None:
                return
            thread = threading.current_thread()
            with self._lock:
                self._busy[thread] = connection
            try:
                self._serve(connection)
            finally:
                with self._lock:
                    del self._busy[thread]
                    self._free += 1

    def _is_spare(self) -> bool:
        with self._lock:
            is_spare = self._free > 0 and len(self._threads) > self._least and not self._is_stopping
            if is_spare:
                self._free -= 1
                self._threads.discard(threading.current_thread())
            return is_spare
