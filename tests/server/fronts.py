"""Ways to the same server: plain HTTP, its own TLS, and a real nginx that ends TLS in front of it.

Certificates are made anew for each run, and clients are told to trust just these.
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients import DavClient
from tests.programs import path_of
from tests.server_process import ROOT, ServerProcess

START_TIMEOUT_S = 15
# What Debian's nginx takes from its own folders, which belong to root, lies in one of the test's.
AROUND_THE_SITE = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    include {folder}/site.conf;
}}
"""
SITE = ROOT / "config" / "deploy" / "nginx.conf"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate for 127.0.0.1 that nobody else has signed, and its key; both files in PEM."""

    file: Path
    key: Path

    def trust(self) -> ssl.SSLContext:
        """For clients in Python that trust this certificate and no other."""
        return ssl.create_default_context(cafile=self.file)


@dataclass(frozen=True, slots=True)
class Front:
    """Where a client knocks: ``url`` ends in a slash; ``certificate`` is what it must trust, if anything."""

    server: ServerProcess
    url: str
    certificate: Certificate | None = None

    @property
    def host(self) -> str:
        return self.url.split("/")[2]

    def client(self) -> DavClient:
        name, _, port = self.host.partition(":")
        tls = self.certificate.trust() if self.certificate else None
        return DavClient(name, int(port), self.server.user, self.server.password, tls=tls)


@contextmanager
def behind_nginx(server: ServerProcess, certificate: Certificate, folder: Path) -> Iterator[Front]:
    """A running nginx that takes HTTPS and passes everything on, set up as we tell our users."""
    port = free_port()
    (folder / "site.conf").write_text(_site(server, certificate, port))
    configuration = folder / "nginx.conf"
    configuration.write_text(AROUND_THE_SITE.format(folder=folder))
    nginx = subprocess.Popen(
        [path_of("nginx"), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(configuration)],
        stdin=subprocess.DEVNULL,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    try:
        _wait_listening(nginx, port, folder / "error.log")
        yield Front(server, f"https://127.0.0.1:{port}/", certificate)
    finally:
        nginx.terminate()
        nginx.wait()


def _site(server: ServerProcess, certificate: Certificate, port: int) -> str:
    """The site that we ship, with the addresses and files of this test."""
    site = SITE.read_text(encoding="utf-8")
    for shipped, ours in {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/letsencrypt/live/photos.example/fullchain.pem": str(certificate.file),
        "/etc/letsencrypt/live/photos.example/privkey.pem": str(certificate.key),
        "http://127.0.0.1:8080;": f"http://127.0.0.1:{server.port};",
    }.items():
        assert site.count(shipped) == 1, f"{SITE} does not say {shipped} once"
        site = site.replace(shipped, ours)
    return site


def free_port() -> int:
    """A TCP port of this machine that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])


def _wait_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            said = log.read_text() if log.exists() else ""
            assert process.poll() is None, f"nginx ended: {said}"
            assert time.monotonic() < deadline, f"nginx does not listen: {said}"
            time.sleep(0.05)
        else:
            return
