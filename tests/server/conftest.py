"""Fixtures: the fronts through which clients of every kind reach a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.browser import Browser
from tests.certificates import make_certificate
from tests.programs import require
from tests.server.fronts import Certificate, Front, behind_nginx
from tests.server_process import ServerProcess, add_account
from webui.static_files import StaticFiles


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    require("openssl")
    return Certificate(*make_certificate(tmp_path_factory.mktemp("certificate"), "photos.example"))


@pytest.fixture(scope="session")
def plain_front(shared_server: ServerProcess) -> Front:
    return Front(shared_server, shared_server.url)


@pytest.fixture(scope="session")
def tls_front(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[Front]:
    """A server that speaks TLS itself."""
    settings = {
        "PHOTOCLOUD_TLS_CERTIFICATE": str(certificate.file),
        "PHOTOCLOUD_TLS_KEY": str(certificate.key),
    }
    data = tmp_path_factory.mktemp("tls") / "data"
    with _running(ServerProcess(data, extra_environment=settings, tls=certificate.trust())) as server:
        assert server.url.startswith("https://")
        yield Front(server, server.url, certificate)


@pytest.fixture(scope="session")
def nginx_front(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[Front]:
    """A server that trusts the proxy in front of it."""
    settings = {"PHOTOCLOUD_TRUSTED_PROXIES": "127.0.0.1"}
    data = tmp_path_factory.mktemp("nginx") / "data"
    with (
        _running(ServerProcess(data, extra_environment=settings)) as server,
        behind_nginx(server, certificate, data.parent) as front,
    ):
        yield front


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A fresh server for all tests of one module, which may do to it what they like."""
    with _running(ServerProcess(tmp_path_factory.mktemp("own") / "data")) as server:
        yield server


@pytest.fixture(scope="module")
def shared_browser(library: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of a module, logged in at the module's own ``library``."""
    require("chromium", "chromedriver")
    if not StaticFiles().has_bundle():
        pytest.skip("the browser part was not built: npm ci --ignore-scripts && npm run build")
    folder = tmp_path_factory.mktemp("browser")
    browser = Browser(folder / "profile", folder)
    try:
        browser.driver.get(library.url)
        browser.fill(user=library.user, password=library.password)
        browser.wait_for("#status")
        yield browser
    finally:
        browser.driver.quit()


@pytest.fixture(params=["plain", "tls", "nginx"])
def front(request: pytest.FixtureRequest) -> Front:
    """Each way to a server in turn."""
    chosen: Front = request.getfixturevalue(f"{request.param}_front")
    return chosen


@contextmanager
def _running(server: ServerProcess) -> Iterator[ServerProcess]:
    add_account(server.data)
    server.start()
    try:
        yield server
    finally:
        exit_code = server.stop()
    assert exit_code == 0, f"the server ended with {exit_code}: {server.output[-4000:]}"
    assert "Traceback" not in server.output, server.output[-8000:]
