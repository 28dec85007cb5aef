"""A really started server: `python -m davserver serve` as a process of its own, with one account.

Every test under flow/ and server/ stands on this; it knows the command line and the status call of
the API, and nothing of what is inside.
"""

from __future__ import annotations

import functools
import os
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.clients import DavClient

ROOT = Path(__file__).resolve().parent.parent
USER = "alice"
PASSWORD = "correct-horse-battery"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
_CATALOG = "catalog.sqlite3"
_ADDRESS = re.compile(r"https?://(?:127\.0\.0\.1|localhost):\d+/")


class ServerDidNotStart(Exception):
    """The process ended, or said no address in time; carries what it printed."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tests' own environment without any setting of the product, plus ``extra``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PHOTOCLOUD_")}
    return kept | dict(extra or {})


def photocloud(
    *arguments: str,
    stdin: str = "",
    extra_environment: Mapping[str, str] | None = None,
    timeout_s: float = START_TIMEOUT_S,
) -> subprocess.CompletedProcess[str]:
    """Run one command of the product to its end, whatever its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "davserver", *arguments],
        cwd=ROOT,
        env=environment(extra_environment),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def lay_account(data: Path) -> None:
    """Make a data folder with the one account: a copy of what the command made once."""
    data.mkdir(mode=0o700, parents=True)
    (data / _CATALOG).write_bytes(_with_account())


@functools.cache
def _with_account() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        add_account(Path(folder))
        return (Path(folder) / _CATALOG).read_bytes()


def add_account(data: Path, user: str = USER, password: str = PASSWORD) -> None:
    """Create an account in a data folder that no server has open."""
    done = photocloud("user", "add", user, "--password-stdin", "--data", str(data), stdin=password + "\n")
    assert done.returncode == 0, f"user add failed: {done.stdout}{done.stderr}"


class ServerProcess:
    """One server over one data folder; may be stopped, killed and started again.

    Its address changes with every start, since the port is the system's choice. ``tls`` is how clients
    trust a server whose settings give it a certificate.
    """

    def __init__(
        self,
        data: Path,
        *,
        arguments: Sequence[str] = (),
        extra_environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.data = data
        self.user = USER
        self.password = PASSWORD
        self.url = ""
        self._arguments = tuple(arguments)
        self._environment = environment(extra_environment)
        self._tls = tls
        self._log = log or data.with_name(data.name + ".log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was never started"
        return self._process.pid

    @property
    def output(self) -> str:
        """Everything it printed on both streams, over all its starts."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def start(self) -> None:
        """Start and wait for the line that tells the address; raises ServerDidNotStart."""
        printed_before = len(self.output)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "davserver", "serve", *self._options()],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (address := _ADDRESS.search(self.output, printed_before)):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill9()
                raise ServerDidNotStart(self.output[printed_before:])
            time.sleep(0.02)
        self.url = address.group()

    def _options(self) -> list[str]:
        address = ["--host", "127.0.0.1", "--port", "0"]
        return ["--data", str(self.data), *address, "--workers", "1", *self._arguments]

    def stop(self) -> int:
        """Ask it to end, as a service manager does; its exit code. Nothing of its tree outlives this."""
        assert self._process is not None, "the server was never started"
        tree = list(process_tree(self.pid))
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_TIMEOUT_S)
        finally:
            _kill_all(tree)
            self._process.wait()

    def kill9(self) -> None:
        """SIGKILL to the whole process tree at once: nobody gets to clean up."""
        if self._process is None:
            return
        tree = list(process_tree(self.pid))
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        _kill_all(tree)
        self._process.wait()

    def restart(self) -> None:
        """Stop in order and start again on the same data folder."""
        self.stop()
        self.start()

    def client(self, *, user: str | None = None, password: str | None = None) -> DavClient:
        """A new connection, logged in as the server's account unless told otherwise."""
        return DavClient(self.host, self.port, user or self.user, password or self.password, tls=self._tls)

    def status(self) -> dict[str, Any]:
        """The answer of GET /api/v1/status."""
        with self.client() as client:
            answer: dict[str, Any] = client.api("status")
            return answer

    def wait_idle(self, timeout_s: float = 120) -> dict[str, Any]:
        """Wait until nothing is arriving, to be prepared, grouped or tended; the last status."""
        deadline = time.monotonic() + timeout_s
        while True:
            status = self.status()
            if not (
                status["receiving"]
                or any(status["queue"][state] for state in ("pending", "running"))
                or any(status[work]["pending"] for work in ("grouping", "tending", "television"))
            ):
                return status
            assert time.monotonic() < deadline, f"still busy after {timeout_s} s: {status}"
            time.sleep(0.1)

    def originals(self) -> list[Path]:
        """The files of the original store, as they lie on disk."""
        return [path for path in (self.data / "originals").rglob("*") if path.is_file()]

    def staged(self) -> list[Path]:
        """What lies in the staging folder."""
        staging = self.data / "staging"
        return [path for path in staging.rglob("*") if path.is_file()] if staging.exists() else []


def process_tree(pid: int) -> Iterator[int]:
    """The process and all its living descendants, parents first."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from process_tree(int(child))


def _kill_all(pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
