"""Who is asking, once, before every face; and which face answers.

Paths are decoded and checked here, so that nobody behind sees an impossible one. Mounts and scripts
log in by HTTP Basic; browsers may instead carry the web UI's own session.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from davserver import library_share, upload_share
from davserver.errors import Refusal
from davserver.paths import BadPath, check_query, decoded_path
from indexer.accounts import PERSON_KEY, Accounts
from indexer.errors import TooManyAttempts
from indexer.model import Person

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_SHARES = frozenset({upload_share.NAME, library_share.NAME})
_DAV_METHODS = frozenset(
    {"OPTIONS", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "PUT", "DELETE"}
)
_CHALLENGE = ("WWW-Authenticate", 'Basic realm="Private Photo Cloud", charset="UTF-8"')


@dataclass(frozen=True, slots=True)
class Gate:
    """The WSGI application in front: ``dav`` gets decoded paths and a person, ``web`` plain WSGI."""

    accounts: Accounts
    dav: WsgiApp
    web: WsgiApp

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            path = decoded_path(environ["PATH_INFO"])
            check_query(environ.get("QUERY_STRING", ""))
            person = self._person(environ)
        except BadPath as error:
            return _refuse(start_response, Refusal(400, str(error)))
        except _WrongCredentials:
            return _refuse(start_response, Refusal(401, "The name or the password is wrong."), _CHALLENGE)
        except TooManyAttempts as error:
            return _refuse(
                start_response, Refusal(429, str(error)), ("Retry-After", str(error.retry_after_s))
            )
        environ[PERSON_KEY] = person
        if not is_for_mounts(environ["REQUEST_METHOD"], path):
            return self.web(environ, start_response)
        if person is None:
            sentence = "Log in with your Private Photo Cloud account."
            return _refuse(start_response, Refusal(401, sentence), _CHALLENGE)
        environ["PATH_INFO"] = path
        return self.dav(environ, start_response)

    def _person(self, environ: Environ) -> Person | None:
        header = environ.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        name, password = basic_credentials(header)
        person = self.accounts.check_password(name, password, environ.get("REMOTE_ADDR", ""))
        if person is None:
            raise _WrongCredentials
        return person


class _WrongCredentials(Exception):
    pass


def is_for_mounts(method: str, path: str) -> bool:
    """Whether WebDAV answers: everything in a share, and the DAV methods everywhere but in the API."""
    first = path.strip("/").partition("/")[0]
    return first in _SHARES or (method in _DAV_METHODS and first != "api")


def basic_credentials(header: str) -> tuple[str, str]:
    """Name and password of an Authorization header (RFC 7617); empty ones for anything else."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return "", ""
    name, _, password = text.partition(":")
    return name, password


def _refuse(start_response: StartResponse, answer: Refusal, *more: tuple[str, str]) -> Iterable[bytes]:
    start_response(answer.status, [*answer.headers, *more])
    return [answer.body]
