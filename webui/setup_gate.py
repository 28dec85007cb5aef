"""Who may create the first account: someone at the server itself, or someone with its printed link."""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SetupGate:
    """Guards ``/setup`` while there is no account; ``setup_token`` is what `serve` printed."""

    setup_token: str

    def admits(self, environ: dict[str, Any], token: str) -> bool:
        """True for a direct request from this machine, and for the right token from anywhere."""
        # Compared as bytes: compare_digest refuses non-ASCII text, and a visitor chooses this one.
        if token and hmac.compare_digest(token.encode(), self.setup_token.encode()):
            return True
        return _is_local(environ)


def _is_local(environ: dict[str, Any]) -> bool:
    """From this machine, for this machine, and not handed on by a proxy.

    The name in ``Host`` counts too: a page of another site whose name was pointed at 127.0.0.1
    (DNS rebinding), and most reverse proxies, reach us from loopback under a public name.
    """
    forwarded = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")
    if any(header in environ for header in forwarded):
        return False
    host = re.sub(r":\d+$", "", environ.get("HTTP_HOST", "")).strip("[]").lower()
    return _is_loopback(environ.get("REMOTE_ADDR", "")) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)
