"""Options: each has a help, and a default that passes its own check."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from config.settings import Option, Settings, contradictions, options, parse_networks

BY_NAME = {option.name: option for option in options()}


def test_every_field_is_an_option() -> None:
    assert [option.name for option in options()] == [each.name for each in fields(Settings)]


@pytest.mark.parametrize("option", options(), ids=lambda option: option.name)
def test_the_defaults_are_allowed(option: Option) -> None:
    assert option.help
    assert isinstance(option.default, option.type)
    assert option.check is None or option.check(option.default) is None


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("port", [0, 1, 65535], [-1, 65536]),
        ("host", ["::", "127.0.0.1"], ["", "  "]),
        ("workers", [1, 64], [0, -1]),
        ("threads", [4], [3]),
        ("max_file_bytes", [0, 1 << 40], [-1]),
        ("keep_free_bytes", [0], [-1]),
    ],
)
def test_limits(name: str, allowed: list[Any], refused: list[Any]) -> None:
    check = BY_NAME[name].check
    assert check is not None
    assert [check(value) for value in allowed] == [None] * len(allowed)
    assert all(check(value) for value in refused)


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("", []),
        (" , ", []),
        ("127.0.0.1", ["127.0.0.1/32"]),
        ("10.0.0.1/8, ::1", ["10.0.0.0/8", "::1/128"]),
        (" 192.168.1.2\nfd00::/8 ", ["192.168.1.2/32", "fd00::/8"]),
    ],
)
def test_networks(text: str, networks: list[str]) -> None:
    assert [str(network) for network in parse_networks(text)] == networks


@pytest.mark.parametrize("wrong", ["proxy", "10.0.0.0/99"])
def test_a_wrong_network_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        parse_networks(f"127.0.0.1, {wrong}")


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, []),
        ({"tls_certificate": "c.pem", "tls_key": "k.pem"}, []),
        ({"tls_certificate": "c.pem"}, ["tls_certificate"]),
        ({"tls_key": "k.pem", "tls_certificate": ""}, ["tls_key"]),
    ],
)
def test_a_certificate_and_its_key_come_together(values: dict[str, str], wrong: list[str]) -> None:
    assert [option for option, _ in contradictions(values)] == wrong
