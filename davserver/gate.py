"""Who is asking, once, before every face; and which face answers.

Paths are decoded and checked here, so that nobody behind sees an impossible one. Mounts and scripts
log in by HTTP Basic or, with a device password, by Digest; browsers may instead carry the web UI's
own session. A read-only device is held to the Library here, whatever lies behind.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from davserver import library_share, upload_share
from davserver.errors import api_refusal, refused
from davserver.nextcloud import addresses
from davserver.protocol import digest
from davserver.protocol.digest import Nonces
from davserver.protocol.paths import BadPath, check_query, decoded_path
from davserver.wsgi import Environ, StartResponse, WsgiApp
from indexer.accounts import LOGIN_KEY, Accounts
from indexer.devices import REALM
from indexer.errors import ReadOnlyDevice, TooManyAttempts
from indexer.model import Login

_SHARES = frozenset({upload_share.NAME, library_share.NAME, addresses.NAME})
_DAV_METHODS = frozenset(
    {"OPTIONS", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "PUT", "DELETE"}
)
_FINDING = frozenset({"OPTIONS", "PROPFIND"})
_LOOKING = _FINDING | {"GET", "HEAD"}
_BASIC = f'Basic realm="{REALM}", charset="UTF-8"'
_EXPLORER = "Microsoft-WebDAV-MiniRedir"
_WRONG = "The name or the password is wrong."
_DIGEST_NEEDS = "Windows needs a device password on a plain HTTP address: make one on the Devices page."


@dataclass(frozen=True, slots=True)
class Gate:
    """The WSGI application in front: ``dav`` gets decoded paths and a person, ``web`` plain WSGI."""

    accounts: Accounts
    dav: WsgiApp
    web: WsgiApp
    nonces: Nonces = field(default_factory=Nonces)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            path = decoded_path(environ["PATH_INFO"])
            check_query(environ.get("QUERY_STRING", ""))
            environ[LOGIN_KEY] = login = self._login(environ)
            face = self._face(environ["REQUEST_METHOD"], path, login)
        except BadPath as error:
            return _refuse(environ, start_response, 400, str(error))
        except _NotLetIn as error:
            return self._ask(environ, start_response, error)
        except ReadOnlyDevice as error:
            return _refuse(environ, start_response, 403, str(error))
        except TooManyAttempts as error:
            return _refuse(
                environ, start_response, 429, str(error), ("Retry-After", str(error.retry_after_s))
            )
        if face is self.dav:
            environ["PATH_INFO"] = path
        return face(environ, start_response)

    def _face(self, method: str, path: str, login: Login | None) -> WsgiApp:
        """Who answers; raises ReadOnlyDevice, and _NotLetIn when the shares are asked by nobody."""
        if login is not None and login.is_read_only and not is_for_looking(method, path):
            raise ReadOnlyDevice
        if not is_for_mounts(method, path):
            return self.web
        if login is None:
            raise _NotLetIn("Log in with your Private Photo Cloud account.")
        return self.dav

    def _login(self, environ: Environ) -> Login | None:
        """Who sends this; None for nobody. Raises _NotLetIn, TooManyAttempts."""
        header = environ.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        address = environ.get("REMOTE_ADDR", "")
        if header[:7].lower() == "digest ":
            return self._digest_login(header, environ, address)
        given = basic_credentials(header)
        login = self.accounts.check(*given, address) if given else None
        if login is None:
            raise _NotLetIn(_WRONG)
        return login

    def _digest_login(self, header: str, environ: Environ, address: str) -> Login:
        given = digest.parse(header)
        if given is None or not given.is_for(_target(environ)):
            raise _NotLetIn(_WRONG)
        method = environ["REQUEST_METHOD"]
        login = self.accounts.check_digest(given.name, lambda ha1: given.fits(ha1, method), address)
        if login is None:
            raise _NotLetIn(_WRONG)
        if not self.nonces.take(given.nonce, given.nc):
            raise _NotLetIn("Send this request again with the new nonce.", is_stale=True)
        return login

    def _ask(self, environ: Environ, start_response: StartResponse, error: _NotLetIn) -> Iterable[bytes]:
        """401 with the one challenge that this client can answer: most take the first they know."""
        sentence, challenge = str(error), _BASIC
        if wants_digest(environ):
            sentence = sentence if error.is_stale else f"{error} {_DIGEST_NEEDS}"
            challenge = self.nonces.challenge(stale=error.is_stale)
        return _refuse(environ, start_response, 401, sentence, ("WWW-Authenticate", challenge))


class _NotLetIn(Exception):
    """``is_stale``: the secret is right, only the nonce is not."""

    def __init__(self, sentence: str, *, is_stale: bool = False) -> None:
        super().__init__(sentence)
        self.is_stale = is_stale


def wants_digest(environ: Environ) -> bool:
    """Whether to ask for Digest: on plain HTTP Explorer, which sends no Basic there, and whoever tried it."""
    if environ.get("wsgi.url_scheme") != "http":
        return False
    has_tried = environ.get("HTTP_AUTHORIZATION", "")[:6].lower() == "digest"
    return has_tried or str(environ.get("HTTP_USER_AGENT", "")).startswith(_EXPLORER)


def is_for_mounts(method: str, path: str) -> bool:
    """Whether WebDAV answers: everything in a share, and the DAV methods everywhere but in the API."""
    first = path.strip("/").partition("/")[0]
    return first in _SHARES or (method in _DAV_METHODS and first != "api")


def is_for_looking(method: str, path: str) -> bool:
    """Whether a read-only device may: it looks into the Library, and finds it in the list of shares."""
    first = path.strip("/").partition("/")[0]
    if first == library_share.NAME:
        return method in _LOOKING
    return not first and method in _FINDING


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Name and password of an Authorization header (RFC 7617); None for anything else."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    name, _, password = text.partition(":")
    return name, password


def _target(environ: Environ) -> str:
    """The request target as it stood in the request line."""
    query = environ.get("QUERY_STRING", "")
    path = quote(environ["PATH_INFO"].encode("latin-1"))
    return str(environ.get("REQUEST_URI") or (f"{path}?{query}" if query else path))


def _refuse(
    environ: Environ, start_response: StartResponse, status: int, sentence: str, *more: tuple[str, str]
) -> Iterable[bytes]:
    answer = api_refusal(status, sentence) if _is_for_programs(environ) else refused(status, sentence)
    start_response(answer.status, [*answer.headers, *more])
    return [answer.body]


def _is_for_programs(environ: Environ) -> bool:
    return str(environ["PATH_INFO"]).startswith("/api/")
