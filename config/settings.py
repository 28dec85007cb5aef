"""Every option, once: name, type, default, help, check.

A field is an option. In ``photocloud.ini`` it stands under ``[photocloud]`` by its name, in the
environment as ``PHOTOCLOUD_`` and its name in capitals.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

Check = Callable[[Any], str | None]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _at_least(least: int) -> Check:
    return lambda value: None if value >= least else f"must be at least {least}"


def _port(value: int) -> str | None:
    return None if 0 <= value <= 65535 else "must be between 0 and 65535 (0: any free port)"


def _not_empty(value: str) -> str | None:
    return None if value.strip() else "must not be empty"


def parse_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas or blanks; raises ValueError naming the wrong one."""
    networks = []
    for part in filter(None, re.split(r"[\s,]+", text)):
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise ValueError(f"{part!r} is no address or network such as 192.168.1.2 or 10.0.0.0/8") from None
    return tuple(networks)


def _option(default: Any, help_text: str, check: Check | None = None) -> Any:
    return field(default=default, metadata={"help": help_text, "check": check})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data: Path = _option(
        Path("~/PrivatePhotoCloud"), "folder that holds the originals, the catalog and the thumbnails"
    )
    host: str = _option("0.0.0.0", "address to listen on; 127.0.0.1 serves this computer only", _not_empty)
    port: int = _option(8080, "TCP port to listen on", _port)
    workers: int = _option(2, "processes that make thumbnails at the same time", _at_least(1))
    threads: int = _option(
        40,
        "requests served at the same time; up to eight times as many while clients hold transfers up",
        _at_least(4),
    )
    tls_certificate: str = _option(
        "", "file of the TLS certificate with its chain (PEM); with tls_key it makes this an HTTPS server"
    )
    tls_key: str = _option("", "file of the private key of the TLS certificate (PEM, without a password)")
    trusted_proxies: tuple[Network, ...] = _option(
        (),
        "addresses or networks of reverse proxies, separated by commas, whose word about client, scheme "
        "and host is believed",
    )
    max_file_bytes: int = _option(0, "largest file accepted, in bytes; 0 means any size", _at_least(0))
    keep_free_bytes: int = _option(
        256 * 1024 * 1024,
        "bytes of the disk that uploads leave free (never more than 5 % of the disk)",
        _at_least(0),
    )


def contradictions(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong only together, as (option, problem); ``values`` are those that were given."""
    certificate, key = values.get("tls_certificate", ""), values.get("tls_key", "")
    if certificate and not key:
        return [("tls_certificate", "tls_key is missing")]
    if key and not certificate:
        return [("tls_key", "tls_certificate is missing")]
    return []


@dataclass(frozen=True, slots=True)
class Option:
    """One option as the loader, the help and the documentation see it."""

    name: str
    type: type
    default: Any
    help: str
    check: Check | None


def options() -> tuple[Option, ...]:
    """All options in the order of `Settings`."""
    return tuple(
        Option(f.name, type(f.default), f.default, f.metadata["help"], f.metadata["check"])
        for f in fields(Settings)
    )
