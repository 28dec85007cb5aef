"""The worker as a child of the server: a byte on its standard input wakes it, the end of input stops it.

So it cannot outlive the server, however that ends. When it dies, what it had claimed is given back
and another one is started.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

_log = logging.getLogger(__name__)

_PAUSE_S = 1.0
_STOPPING_S = 30.0


# What Python, ffmpeg and the measuring of tests need; settings the worker reads and then drops.
_KEPT = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "IMAGEIO_FFMPEG_EXE")
_KEPT_PREFIXES = ("LC_", "PYTHON", "COVERAGE_", "PHOTOCLOUD_")


def bare(environment: Mapping[str, str]) -> dict[str, str]:
    """What of an environment the worker should see: whoever broke into it finds no secret there."""
    return {
        name: value for name, value in environment.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }


class WorkerProcess:
    """``reclaim`` gives back what a dead worker had claimed; it runs before each start."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], reclaim: Callable[[], None]
    ) -> None:
        self._command = command
        self._environment = environment
        self._reclaim = reclaim
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopping = threading.Event()
        # Guards the pipe: a file descriptor that is closed may be another file's at once.
        self._lock = threading.Lock()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    def start(self) -> None:
        """Start the child, and keep one running until `stop`; raises OSError when it cannot."""
        self._spawn()
        self._supervisor.start()

    def wake(self) -> None:
        """Say that there is work; never waits and never fails."""
        with self._lock, suppress(OSError):
            # A full pipe wakes it as well; and one that has died is followed by one that looks by itself.
            if self._process and self._process.stdin and not self._process.stdin.closed:
                os.write(self._process.stdin.fileno(), b"!")

    def stop(self) -> None:
        """Let it give back its claims and end; one that does not is killed."""
        with self._lock:
            self._is_stopping.set()
            self._close_input()
        if self._process is None:
            return
        try:
            self._process.wait(_STOPPING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _spawn(self) -> None:
        self._reclaim()
        with self._lock:
            if self._is_stopping.is_set():
                return
            self._close_input()
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, env=self._environment)
            if self._process.stdin:
                os.set_blocking(self._process.stdin.fileno(), False)

    def _close_input(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def _supervise(self) -> None:
        while self._process:
            self._process.wait()
            if self._is_stopping.wait(_PAUSE_S):
                return
            try:
                self._spawn()
            except Exception:  # noqa: BLE001 - whatever it is, there must be a worker again
                _log.exception("the worker could not be started; trying again")
