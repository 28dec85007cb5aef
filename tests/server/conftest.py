"""Fixtures: the fronts through which clients of every kind reach a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.fronts import Certificate, Front, behind_nginx, make_certificate
from tests.server_process import ServerProcess, add_account


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def plain_front(shared_server: ServerProcess) -> Front:
    return Front(shared_server, shared_server.url)


@pytest.fixture(scope="session")
def tls_front(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[Front]:
    """A server that speaks TLS itself."""
    data = tmp_path_factory.mktemp("tls") / "data"
    add_account(data)
    settings = {
        "PHOTOCLOUD_TLS_CERTIFICATE": str(certificate.file),
        "PHOTOCLOUD_TLS_KEY": str(certificate.key),
    }
    server = ServerProcess(data, extra_environment=settings, tls=certificate.trust())
    server.start()
    assert server.url.startswith("https://")
    yield Front(server, server.url, certificate)
    assert server.stop() == 0


@pytest.fixture(scope="session")
def nginx_front(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[Front]:
    """A server that trusts the proxy in front of it."""
    data = tmp_path_factory.mktemp("nginx") / "data"
    add_account(data)
    server = ServerProcess(data, extra_environment={"PHOTOCLOUD_TRUSTED_PROXIES": "127.0.0.1"})
    server.start()
    with behind_nginx(server, certificate, data.parent) as front:
        yield front
    assert server.stop() == 0


@pytest.fixture(params=["plain", "tls", "nginx"])
def front(request: pytest.FixtureRequest) -> Front:
    """Each way to a server in turn."""
    chosen: Front = request.getfixturevalue(f"{request.param}_front")
    return chosen
