"""Between a client under /remote.php and the Upload share: addresses translated there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from davserver.nextcloud.app import Nextcloud
from indexer.accounts import LOGIN_KEY
from indexer.model import Login, Person
from indexer.transfers import Transfers

BASE = "/remote.php/dav/files/zoe"
LISTING = b"<D:href>/Upload/</D:href><D:href>/Upload/A/b</D:href><D:href>token:/Upload</D:href>"
TRANSLATED = LISTING.replace(b"<D:href>/Upload", b"<D:href>" + BASE.encode())


@dataclass
class Share:
    """An application in place of the Upload share, which keeps what it is asked."""

    blocks: list[bytes]
    is_measured: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    closed: int = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ)
        length = [("Content-Length", str(sum(map(len, self.blocks))))] if self.is_measured else []
        start_response("207 Multi-Status", length)
        try:
            yield from self.blocks
        finally:
            self.closed += 1


def ask(
    share: Share, method: str = "PROPFIND", path: str = BASE, **more: str
) -> tuple[str, dict[str, str], bytes]:
    begun: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_HOST": "photos",
        LOGIN_KEY: Login(Person(1, "zoe", True)),
    }
    no_transfers = cast(Transfers, None)
    answer = Nextcloud(share, no_transfers)(
        environ | more, lambda status, headers: begun.extend([status, headers])
    )
    body = b"".join(answer)
    return begun[0], dict(begun[1]), body


@pytest.mark.parametrize("size", [1, 2, 7, 15, 16, 17, len(LISTING)])
def test_addresses_are_translated_wherever_the_blocks_end(size: int) -> None:
    share = Share([LISTING[at : at + size] for at in range(0, len(LISTING), size)])
    _, headers, body = ask(share)
    assert body == TRANSLATED
    assert "Content-Length" not in headers
    assert share.closed == 1


def test_an_announced_length_is_that_of_the_translation() -> None:
    _, headers, body = ask(Share([LISTING, b""], is_measured=True))
    assert body == TRANSLATED
    assert headers["Content-Length"] == str(len(TRANSLATED))


def test_the_share_is_asked_by_its_own_names() -> None:
    share = Share([b""])
    ask(share, "MOVE", f"{BASE}/A/b c", HTTP_DESTINATION=f"http://photos{BASE}/H%C3%B6he")
    assert share.asked[0]["PATH_INFO"] == "/Upload/A/b c"
    assert share.asked[0]["HTTP_DESTINATION"] == "/Upload/H%C3%B6he"


@pytest.mark.parametrize("path", ["/Upload/a", "/", "/remote.phpx/a"])
def test_everything_else_passes_untouched(path: str) -> None:
    share = Share([LISTING])
    assert ask(share, path=path)[2] == LISTING
    assert share.asked[0]["PATH_INFO"] == path


def test_another_persons_address_is_not_there(tmp_path: Path) -> None:
    share = Share([LISTING])
    status, _, _ = ask(share, path="/remote.php/dav/files/bob/a")
    assert status.startswith("404 ")
    assert share.asked == []
