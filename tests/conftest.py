"""Fixtures: started servers and clients; and the rule that nothing is skipped in CI."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from indexer.upload_tree import UploadTree
from tests.clients import DavClient
from tests.libraries import Clock, Home, open_home
from tests.server_process import ServerProcess, lay_account
from tests.socket_pairs import Pair
from tests.webui_site import Site, open_site


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where PHOTOCLOUD_REQUIRE_CLIENTS is set, a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("PHOTOCLOUD_REQUIRE_CLIENTS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all cheap tests of a run: use names of your own and leave what others made alone."""
    yield from _running(tmp_path_factory.mktemp("shared") / "data")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A fresh server with an empty library, for tests that count, kill or break things."""
    yield from _running(tmp_path / "data")


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Start servers of one's own: ``launch(data, arguments=[...], extra_environment={...})``."""
    started: list[ServerProcess] = []

    def start(data: Path, **options: object) -> ServerProcess:
        server = ServerProcess(data, **options)  # type: ignore[arg-type]
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.kill9()


@pytest.fixture
def dav(server: ServerProcess) -> Iterator[DavClient]:
    """A client logged in at ``server``."""
    with server.client() as client:
        yield client


@pytest.fixture
def shared_dav(shared_server: ServerProcess) -> Iterator[DavClient]:
    """A client logged in at ``shared_server``."""
    with shared_server.client() as client:
        yield client


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty library."""
    with open_home(tmp_path) as home:
        yield home


@pytest.fixture
def tree(home: Home) -> UploadTree:
    """The Upload trees of ``home``."""
    return UploadTree(home.intake)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The web UI over an empty library without any account."""
    with open_site(tmp_path) as site:
        yield site


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _running(data: Path) -> Iterator[ServerProcess]:
    lay_account(data)
    server = ServerProcess(data)
    server.start()
    yield server
    exit_code = server.stop()
    assert exit_code == 0, f"the server ended with {exit_code}: {server.output[-4000:]}"
    assert "Traceback" not in server.output, server.output[-8000:]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """The server's end and the client's end of a connection."""
    server, client = socket.socketpair()
    with server, client:
        server.setblocking(False)
        yield server, client
