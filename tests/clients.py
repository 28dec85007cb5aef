"""A small WebDAV client with a method per verb, and a raw socket for what a library would never send.

Each verb takes the expected status (one, or several), so that a test reads as a conversation and the
first surprise is told with the server's own words.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from io import BufferedReader
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree

DAV = "{DAV:}"
TIMEOUT_S = 60
_NO_BODY = (204, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read to its end."""

    status: int
    reason: str
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    def resources(self) -> dict[str, dict[str, ElementTree.Element]]:
        """A multistatus as {unquoted path: {property name: element}}, of found (200) properties only."""
        found = {}
        for response in ElementTree.fromstring(self.body).findall(DAV + "response"):
            path = unquote(urlsplit(response.findtext(DAV + "href", "")).path)
            good = [
                p for p in response.findall(DAV + "propstat") if " 200 " in p.findtext(DAV + "status", "")
            ]
            found[path] = {element.tag: element for part in good for element in part.findall(f"{DAV}prop/*")}
        return found


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class DavClient:
    """One person at one server, over one kept-alive connection; not for use by two threads."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str | None,
        password: str | None,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        plain = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        encrypted = tls and http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=tls)
        self._connection = encrypted or plain
        self._login = {"Authorization": basic(user, password or "")} if user is not None else {}
        self.base_url = f"{'https' if tls else 'http'}://{host}:{port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        expect: int | Iterable[int],
        body: bytes | memoryview | Iterable[bytes] = b"",
        headers: Mapping[str, str] | None = None,
        target: str | None = None,
    ) -> Answer:
        """Send one request; ``path`` is a plain name to be encoded, ``target`` goes out exactly as it is."""
        chunked = {} if isinstance(body, bytes | memoryview) else {"Transfer-Encoding": "chunked"}
        self._connection.request(
            method,
            target or quote(path),
            body=body or None,
            headers=self._login | chunked | dict(headers or {}),
            encode_chunked=True,
        )
        response = self._connection.getresponse()
        answer = Answer(response.status, response.reason, response.headers, response.read())
        expected = (expect,) if isinstance(expect, int) else tuple(expect)
        got = f"{answer.status} {answer.reason}: {answer.body[:500]!r}"
        assert answer.status in expected, f"{method} {path}: expected {expect}, got {got}"
        return answer

    def get(self, path: str, *, expect: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("GET", path, expect=expect, headers=headers)

    def api(self, call: str, *, expect: int = 200) -> Any:
        """The JSON of a GET below /api/v1/; ``call`` is a ready target ("items?day=2024-05-17")."""
        return self.request("GET", call, expect=expect, target=f"/api/v1/{call}").json()

    def items(self, parameters: str = "") -> list[dict[str, Any]]:
        """Every item of the library, page by page."""
        page = self.api(f"items?limit=200{parameters}")
        found = list(page["items"])
        while page["next"]:
            page = self.api(f"items?limit=200{parameters}&cursor={quote(page['next'], safe='')}")
            found += page["items"]
        return found

    def head(self, path: str, *, expect: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("HEAD", path, expect=expect, headers=headers)

    def put(
        self,
        path: str,
        body: bytes | Iterable[bytes],
        *,
        expect: int | Iterable[int] = (201, 204),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return self.request("PUT", path, expect=expect, body=body, headers=headers)

    def post_json(
        self, path: str, value: object, *, expect: int = 200, headers: Mapping[str, str] | None = None
    ) -> Answer:
        sent = {"Content-Type": "application/json"} | dict(headers or {})
        return self.request("POST", path, expect=expect, body=json.dumps(value).encode(), headers=sent)

    def delete(self, path: str, *, expect: int | Iterable[int] = 204) -> Answer:
        return self.request("DELETE", path, expect=expect)

    def mkcol(self, path: str, *, expect: int | Iterable[int] = 201) -> Answer:
        return self.request("MKCOL", path, expect=expect)

    def move(self, path: str, to: str, *, expect: int | Iterable[int] = (201, 204)) -> Answer:
        return self.request("MOVE", path, expect=expect, headers={"Destination": self._url(to)})

    def copy(self, path: str, to: str, *, expect: int | Iterable[int] = (201, 204)) -> Answer:
        return self.request("COPY", path, expect=expect, headers={"Destination": self._url(to)})

    def options(self, path: str, *, expect: int = 200) -> Answer:
        return self.request("OPTIONS", path, expect=expect)

    def propfind(self, path: str, *, depth: str = "1", body: bytes = b"", expect: int = 207) -> Answer:
        return self.request("PROPFIND", path, expect=expect, body=body, headers={"Depth": depth})

    def proppatch(
        self, path: str, body: bytes, *, expect: int = 207, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return self.request("PROPPATCH", path, expect=expect, body=body, headers=headers)

    def lock(self, path: str, *, expect: int | Iterable[int] = (200, 201), timeout_s: int = 600) -> str:
        """An exclusive write lock (RFC 4918 9.10); its token, without brackets."""
        body = (
            b'<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
            b"<D:locktype><D:write/></D:locktype></D:lockinfo>"
        )
        headers = {"Depth": "0", "Timeout": f"Second-{timeout_s}"}
        answer = self.request("LOCK", path, expect=expect, body=body, headers=headers)
        return str(answer.headers.get("Lock-Token", "")).strip("<>")

    def unlock(self, path: str, token: str, *, expect: int = 204) -> Answer:
        return self.request("UNLOCK", path, expect=expect, headers={"Lock-Token": f"<{token}>"})

    def children(self, path: str) -> list[str]:
        """The paths that a Depth 1 PROPFIND lists below ``path``, folders with a final slash."""
        own = path.rstrip("/") + "/"
        return [name for name in self.propfind(own).resources() if name.rstrip("/") != own.rstrip("/")]

    def files_below(self, path: str) -> list[str]:
        """Every file of a tree, by walking it one level at a time as clients do."""
        names = self.children(path)
        below = [file for name in names if name.endswith("/") for file in self.files_below(name)]
        return below + [name for name in names if not name.endswith("/")]

    def _url(self, path: str) -> str:
        return self.base_url + quote(path)


class RawConnection:
    """Bytes out, answers in: for requests that break off, lie or come in an exact recorded form."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, method: str = "GET") -> Answer | None:
        """The next answer (an interim 1xx is passed over), or None when the server closed instead."""
        while True:
            line = self._file.readline().decode("latin-1").strip()
            if not line:
                return None
            _, status, reason = [*line.split(" ", 2), ""][:3]
            headers = http.client.parse_headers(self._file)
            if not 100 <= int(status) < 200:
                body = b"" if method == "HEAD" or int(status) in _NO_BODY else _read_body(self._file, headers)
                return Answer(int(status), reason, headers, body)

    def finish(self) -> None:
        """End our side in order (FIN); answers can still be read."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Break off with RST, as a crashed client or a lost network does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def is_silent(self, seconds: float) -> bool:
        """True when the server sends nothing more within ``seconds`` (closing is silent, too)."""
        self.socket.settimeout(seconds)
        try:
            return self._file.read(1) == b""
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(TIMEOUT_S)

    def close(self) -> None:
        self._file.close()
        self.socket.close()


def _read_body(file: BufferedReader, headers: Message) -> bytes:
    if headers.get("Transfer-Encoding", "").lower() == "chunked":
        return b"".join(_chunks(file))
    length = headers.get("Content-Length")
    return file.read(int(length)) if length is not None else file.read()


def _chunks(file: BufferedReader) -> Iterable[bytes]:
    while size := int(file.readline().split(b";")[0], 16):
        yield file.read(size)
        file.readline()
    file.readline()
