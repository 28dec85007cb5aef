"""Who may create the first account."""

from __future__ import annotations

import pytest

from webui.setup_gate import SetupGate

GATE = SetupGate("secret-code")


@pytest.mark.parametrize(
    ("address", "host", "admitted"),
    [
        ("127.0.0.1", "localhost:8080", True),
        ("127.0.0.1", "127.0.0.1:8080", True),
        ("::1", "[::1]:8080", True),
        ("::ffff:127.0.0.1", "localhost", True),
        ("192.168.1.20", "localhost:8080", False),
        ("127.0.0.1", "photos.example:8080", False),  # a proxy, or a page whose name points here
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "", False),
        ("", "localhost", False),
    ],
)
def test_without_code_only_this_machine(address: str, host: str, admitted: bool) -> None:
    assert GATE.admits({"REMOTE_ADDR": address, "HTTP_HOST": host}, "") is admitted


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP"])
def test_handed_on_by_a_proxy_is_not_local(header: str) -> None:
    local = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"}
    assert GATE.admits(local, "")
    assert not GATE.admits({**local, header: "for=203.0.113.9"}, "")


@pytest.mark.parametrize(
    ("token", "admitted"), [("secret-code", True), ("secret-codE", False), ("", False), ("é", False)]
)
def test_code_from_anywhere(token: str, admitted: bool) -> None:
    assert GATE.admits({"REMOTE_ADDR": "203.0.113.9", "HTTP_HOST": "photos:8080"}, token) is admitted
