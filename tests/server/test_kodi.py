"""Kodi, started on a screen that nobody sees: it lists both shares, and reads from them.

Kodi finds elements by their literal spelling (``D:response``) and takes names from displayname; it is
driven by its own JSON-RPC.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from tests.programs import require
from tests.server.cards import NAMES, make_card
from tests.server.fronts import free_port
from tests.server_process import ServerProcess

START_TIMEOUT_S = 60
ANSWER_TIMEOUT_S = 20
STOP_TIMEOUT_S = 15
# Only a source of "files" is listed with all its files; only one of "pictures" may be read by JSON-RPC.
SOURCE = """\
<{kind}><default pathversion="1"></default>
<source><name>Photos</name><path pathversion="1">{address}</path><allowsharing>true</allowsharing></source>
</{kind}>
"""
PASSWORD = """\
<passwords><path>
<from pathversion="1">{address}</from><to pathversion="1">{with_login}</to>
</path></passwords>
"""
# A web server for JSON-RPC, and nothing else that would reach out of this machine.
SETTINGS = """\
<settings version="2">
<setting id="services.webserver">true</setting>
<setting id="services.webserverport">{port}</setting>
<setting id="services.webserverauthentication">false</setting>
<setting id="services.esenabled">false</setting>
<setting id="services.zeroconf">false</setting>
<setting id="services.wsdiscovery">false</setting>
<setting id="general.addonupdates">2</setting>
</settings>
"""


class Kodi:
    """A running Kodi with one source, the root of a server, and the login to it."""

    def __init__(self, server: ServerProcess, home: Path) -> None:
        require("kodi", "xvfb-run")
        self.source = f"dav://{server.host}:{server.port}/"
        self._url = f"http://127.0.0.1:{free_port()}"
        userdata = home / ".kodi" / "userdata"
        userdata.mkdir(parents=True)
        login = f"{quote(server.user)}:{quote(server.password)}@"
        with_login = self.source.replace("dav://", f"dav://{login}")
        sources = "".join(SOURCE.format(kind=kind, address=self.source) for kind in ("files", "pictures"))
        (userdata / "sources.xml").write_text(f"<sources>{sources}</sources>")
        password = PASSWORD.format(address=self.source, with_login=with_login)
        (userdata / "passwords.xml").write_text(password)
        (userdata / "guisettings.xml").write_text(SETTINGS.format(port=self._url.rpartition(":")[2]))
        self._log = home / "kodi.out"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["xvfb-run", "--auto-servernum", "kodi", "--standalone"],
                env=os.environ | {"HOME": str(home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        """Return when it answers; fails with what it printed when it ends or stays silent."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                assert self.ask("JSONRPC.Ping") == "pong"
            except OSError:
                time.sleep(0.2)
            else:
                return
        pytest.fail(f"Kodi did not start: {self._log.read_text(errors='replace')[-2000:]}")

    def ask(self, method: str, **parameters: object) -> Any:
        """The result of one JSON-RPC call; the whole answer where it is an error."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        request = Request(
            f"{self._url}/jsonrpc", json.dumps(call).encode(), {"Content-Type": "application/json"}
        )
        with urlopen(request, timeout=ANSWER_TIMEOUT_S) as answer:
            said = json.load(answer)
        return said.get("result", said)

    def listed(self, path: str) -> dict[str, str]:
        """What Kodi shows of a folder: the address of each entry by its label, folders with a final slash."""
        found = self.ask("Files.GetDirectory", directory=self.source + quote(path), media="files")
        assert "files" in found, found
        return {
            file["label"] + ("/" if file["filetype"] == "directory" else ""): file["file"]
            for file in found["files"] or ()
        }

    def read(self, address: str) -> bytes:
        """A file as Kodi reads it from the server."""
        path = self.ask("Files.PrepareDownload", path=address)["details"]["path"]
        with urlopen(f"{self._url}/{path}", timeout=ANSWER_TIMEOUT_S) as answer:
            return bytes(answer.read())

    def stop(self) -> None:
        """Ask it to end, so that its screen is taken down as well; what stays is killed."""
        with suppress(OSError):
            self.ask("Application.Quit")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT_S)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture(scope="module")
def kodi(shared_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kodi]:
    kodi = Kodi(shared_server, tmp_path_factory.mktemp("kodi"))
    try:
        kodi.wait_ready()
        yield kodi
    finally:
        kodi.stop()


@pytest.fixture(scope="module")
def card(shared_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card that lies at /Upload/kodi/."""
    card = make_card(tmp_path_factory.mktemp("kodi-card"))
    with shared_server.client() as client:
        client.mkcol("/Upload/kodi")
        for folder in sorted({parent for name in NAMES for parent in Path(name).parents}, key=str)[1:]:
            client.mkcol(f"/Upload/kodi/{folder}")
        for name in NAMES:
            client.put(f"/Upload/kodi/{name}", (card / name).read_bytes())
    return card


def test_kodi_shows_the_shares_as_folders(kodi: Kodi) -> None:
    assert set(kodi.listed("")) == {"Upload/", "Library/"}
    assert "By date/" in kodi.listed("Library/")


def test_kodi_shows_every_name_and_reads_every_byte(kodi: Kodi, card: Path) -> None:
    assert set(kodi.listed("Upload/kodi/")) == {f"{Path(name).parts[0]}/" for name in NAMES}
    for folder in {Path(name).parent for name in NAMES}:
        found = kodi.listed(f"Upload/kodi/{folder}/")
        assert set(found) == {file.name for file in (card / folder).iterdir()}
        for label, address in found.items():
            assert kodi.read(address) == (card / folder / label).read_bytes()


def test_kodi_reads_the_library(kodi: Kodi, shared_server: ServerProcess) -> None:
    with shared_server.client() as client:
        client.put("/Upload/kodi of unknown date.bin", b"some bytes to read with Kodi")
    shared_server.wait_idle()
    shelf = kodi.listed("Library/Unknown date/")
    assert kodi.read(shelf["kodi of unknown date.bin"]) == b"some bytes to read with Kodi"
