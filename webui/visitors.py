"""Who is asking: by the cookie of a browser session, or as the gate in front has verified.

`davserver.gate` checks HTTP logins for every face, leaves what it found in the WSGI environment, and lets no
read-only device come here.
Sessions are the web UI's own business: a random secret in a cookie, looked up in the accounts.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from indexer.accounts import LOGIN_KEY, SESSION_S, Accounts
from indexer.model import Login, Person
from webui.errors import DeviceLogin, ForgedRequest, NotLoggedIn

COOKIE_NAME = "photocloud_session"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person behind a request; ``csrf_token`` is None for HTTP Basic, which needs none."""

    person: Person
    csrf_token: str | None
    is_device: bool = False

    @property
    def is_owner(self) -> bool:
        """Whether the owner asks, and not by a device: what concerns everybody is up to the owner."""
        return self.person.is_owner and not self.is_device


@dataclass(frozen=True, slots=True)
class Visitors:
    """Recognises the people behind requests."""

    accounts: Accounts

    def find(self, environ: dict[str, Any]) -> Visitor | None:
        """Who asks, or None when nobody is logged in."""
        login = environ.get(LOGIN_KEY)
        if isinstance(login, Login):
            is_device = login.device_id is not None
            return Visitor(login.person, None, is_device=is_device)
        secret = session_secret(environ)
        session = self.accounts.find_session(secret) if secret else None
        return Visitor(session.person, session.csrf_token) if session else None

    def require(self, environ: dict[str, Any]) -> Visitor:
        """Who asks; raises NotLoggedIn."""
        visitor = self.find(environ)
        if visitor is None:
            raise NotLoggedIn
        return visitor

    def require_for_change(self, environ: dict[str, Any], csrf_token: str) -> Visitor:
        """Who asks for a change; raises NotLoggedIn, or ForgedRequest when another site may have sent it."""
        refuse_other_sites(environ)
        visitor = self.require(environ)
        expected = visitor.csrf_token
        if expected is not None and not hmac.compare_digest(csrf_token.encode(), expected.encode()):
            raise ForgedRequest
        return visitor

    def require_for_call(self, environ: dict[str, Any]) -> Visitor:
        """As `require_for_change`, for calls of the API, which bring the token in ``X-CSRF-Token``."""
        return self.require_for_change(environ, environ.get("HTTP_X_CSRF_TOKEN", ""))


def refuse_devices(visitor: Visitor) -> Visitor:
    """The visitor again, unless it is a device: those must not make others. Raises DeviceLogin."""
    if visitor.is_device:
        raise DeviceLogin
    return visitor


def session_secret(environ: dict[str, Any]) -> str:
    """The secret in the session cookie, "" without one."""
    for pair in environ.get("HTTP_COOKIE", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE_NAME:
            return str(value)
    return ""


def session_cookie(environ: dict[str, Any], secret: str) -> str:
    """The ``Set-Cookie`` value that keeps a login; with secret "" the one that ends it."""
    age_s = SESSION_S if secret else 0
    secure = "; Secure" if scheme(environ) == "https" else ""
    return f"{COOKIE_NAME}={secret}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}"


def client_address(environ: dict[str, Any]) -> str:
    """The address whose failing logins are counted together."""
    return str(environ.get("REMOTE_ADDR", ""))


def scheme(environ: dict[str, Any]) -> str:
    """ "http" or "https", as the browser sees it; the server has asked the proxies that it trusts."""
    return str(environ.get("wsgi.url_scheme", "http"))


def refuse_other_sites(environ: dict[str, Any]) -> None:
    """Raise ForgedRequest when a browser says that another site's page sent this request.

    Every current browser names the origin of a cross-site POST; a request that names none comes
    from a program. Only host and port are compared, since a TLS proxy changes the scheme.
    """
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site in ("same-origin", "none"):
        return
    origin = environ.get("HTTP_ORIGIN")
    if site is not None or (origin is not None and origin.partition("://")[2] != environ.get("HTTP_HOST")):
        raise ForgedRequest


def is_browser_page(environ: dict[str, Any]) -> bool:
    """True when the answer is for a page's script or image, where a password pop-up would be wrong."""
    return "HTTP_X_REQUESTED_WITH" in environ or environ.get("HTTP_USER_AGENT", "").startswith("Mozilla/")
