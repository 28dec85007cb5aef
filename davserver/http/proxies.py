"""Whose word counts about who is asking: what a reverse proxy tells, believed only of trusted ones. Pure.

Behind a proxy every connection comes from the proxy. It tells the client's address, the scheme and
the host in ``X-Forwarded-*``, or in ``Forwarded`` (RFC 7239) when it sends none of those.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PAIR = re.compile(r'\s*([A-Za-z]+)=(?:"([^"\\]*)"|([^\s";,]*))\s*')
_HOST = re.compile(r"[A-Za-z0-9._~-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Origin:
    """The client's address, and the scheme and host by which it knows this server."""

    address: str
    scheme: str
    host: str


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The addresses whose word is believed; nobody's by default."""

    networks: tuple[Network, ...] = ()

    def trusts(self, address: str) -> bool:
        """Whether this is the address of a trusted proxy (an IPv4 one may come in IPv6 form)."""
        if not self.networks:
            return False
        found = _parse_address(address)
        return found is not None and any(found in network for network in self.networks)

    def origin(self, peer: Origin, fields: Mapping[str, str]) -> Origin:
        """Who asks, if ``peer`` is the other end of the connection and ``fields`` are its headers.

        The client is the last address in the row that is not a trusted proxy itself: what stands
        before it was written by strangers. Only the nearest proxy is asked for scheme and host.
        """
        if not self.trusts(peer.address):
            return peer
        row, schemes, hosts = _told(fields)
        scheme = schemes[-1].lower() if schemes else ""
        return Origin(
            address=self._client(row, peer.address),
            scheme=scheme if scheme in ("http", "https") else peer.scheme,
            host=hosts[-1] if hosts and _HOST.fullmatch(hosts[-1]) else peer.host,
        )

    def _client(self, row: Sequence[str], nearest: str) -> str:
        for text in reversed(row):
            address = _parse_address(_without_port(text))
            if address is None:
                return nearest  # "unknown", or nonsense: the proxy itself is all that is sure
            nearest = str(address)
            if not self.trusts(nearest):
                break
        return nearest


def _told(fields: Mapping[str, str]) -> tuple[list[str], list[str], list[str]]:
    """Addresses, schemes and hosts, nearest last; one family of headers, never a mixture."""
    row, schemes, hosts = (
        _list(fields.get(f"HTTP_X_FORWARDED_{name}", "")) for name in ("FOR", "PROTO", "HOST")
    )
    if row or schemes or hosts:
        return row, schemes, hosts
    hops = [_parse_hop(hop) for hop in _list(fields.get("HTTP_FORWARDED", ""))]
    return (
        [hop.get("for", "unknown") for hop in hops],
        [hop["proto"] for hop in hops[-1:] if "proto" in hop],
        [hop["host"] for hop in hops[-1:] if "host" in hop],
    )


def _list(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _parse_hop(hop: str) -> dict[str, str]:
    found = (_PAIR.fullmatch(pair) for pair in hop.split(";"))
    return {pair[1].lower(): pair[2] if pair[2] is not None else pair[3] for pair in found if pair}


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
