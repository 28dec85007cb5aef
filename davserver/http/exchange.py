"""One request on its connection: a WSGI environment in, an answer out, and what becomes of the rest.

The answer's head leaves together with its first bytes. What a client sent and nobody read must never
be taken for its next request: a short rest is read away, else the connection ends.
"""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from davserver.http.bodies import SHORT_BYTES, AnnouncedBody, Body, ChunkedBody
from davserver.http.connections import Connection
from davserver.http.dates import http_date
from davserver.http.proxies import Origin, TrustedProxies
from davserver.http.request_head import BadHead, Head, parse_head
from davserver.http.streams import ClientGone, ClientTooSlow, StoredBytes
from davserver.wsgi import WsgiApp

_log = logging.getLogger(__name__)

SERVER_NAME = "Private Photo Cloud"
_UPLOAD_METHODS = frozenset({"PUT", "PATCH"})
_UPLOAD_TYPE = "application/offset+octet-stream"  # tus: a POST may begin an upload with its bytes
_UPLOAD_SILENCE_S = 120.0
_BODY_S = 30.0
_ANSWER_SILENCE_S = 120.0
_PAUSED_DOWNLOAD_S = 3600.0
_REST_S = 0.5
_TOGETHER_BYTES = 128 * 1024
_WITHOUT_BODY = frozenset({"204", "304"})


class AnswerBroken(Exception):
    """The application's answer cannot be sent as it announced it."""


class Exchange:
    """Answers one request; afterwards `keeps_alive` and `is_farewell` say what follows."""

    def __init__(
        self,
        connection: Connection,
        app: WsgiApp,
        port: int,
        proxies: TrustedProxies,
        is_last: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._app = app
        self._port = port
        self._proxies = proxies
        self._is_last = is_last
        self._body: Body = AnnouncedBody(connection.reader, 0)
        self._head: Head | None = None
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._is_head_sent = False
        self._is_chunked = False
        self._left_bytes: int | None = None
        self.keeps_alive = False
        self.is_farewell = False

    def answer(self) -> None:
        """Read the head that has come, call the application, send what it says. Never raises."""
        try:
            self._answer()
        except BadHead as error:
            self.is_farewell = True
            self._refuse(error.status, str(error))
        except ClientTooSlow as error:
            self._refuse("408 Request Timeout", str(error))
        except ClientGone:
            self.keeps_alive = self.is_farewell = False
        except Exception:  # noqa: BLE001 - the wall around one request
            _log.exception("%s %s failed", self._method, self._head.target if self._head else "")
            self._refuse("500 Internal Server Error", "The server failed.")

    def _answer(self) -> None:
        reader = self._connection.reader
        self._head = head = parse_head(reader.read(reader.head_bytes()))
        is_upload = head.method in _UPLOAD_METHODS or head.fields.get("CONTENT_TYPE") == _UPLOAD_TYPE
        reader.expect(
            _UPLOAD_SILENCE_S if is_upload else _BODY_S,
            is_long=is_upload,
            is_invitation_due=head.expects_continue,
        )
        self._body = ChunkedBody(reader) if head.length is None else AnnouncedBody(reader, head.length)
        self.keeps_alive = head.keeps_alive
        answer = self._app(self._environ(head), self._start_response)
        try:
            self._send_answer(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def _environ(self, head: Head) -> dict[str, Any]:
        connection = self._connection
        scheme = "https" if connection.is_encrypted else "http"
        peer = Origin(connection.address, scheme, head.fields.get("HTTP_HOST", ""))
        origin = self._proxies.origin(peer, head.fields)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": head.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": head.path,
            "QUERY_STRING": head.query,
            "REQUEST_URI": head.target,
            "REMOTE_ADDR": origin.address,
            "REMOTE_PORT": str(connection.port),
            "SERVER_NAME": SERVER_NAME,
            "SERVER_PORT": str(self._port),
            "SERVER_PROTOCOL": head.protocol,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": origin.scheme,
            "wsgi.input": self._body,
            "wsgi.input_terminated": head.length is None,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": StoredBytes,
            **head.fields,
        }
        if origin.host:
            environ["HTTP_HOST"] = origin.host
        return environ

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """PEP 3333."""
        if self._is_head_sent and exc_info:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._status and not exc_info:
            raise AnswerBroken("start_response was called twice")
        self._status, self._headers = status, list(headers)
        return self._send

    def _send_answer(self, answer: Iterable[bytes]) -> None:
        if isinstance(answer, StoredBytes):
            self._send_stored(answer)
            return
        has_length = self._status[:3] not in _WITHOUT_BODY  # RFC 9110 8.6
        if has_length and isinstance(answer, list | tuple) and not self._announced():
            self._headers.append(("Content-Length", str(sum(map(len, answer)))))
        for block in answer:
            if block:
                self._send(block)
        if not self._is_head_sent:
            self._send(b"")
        if self._left_bytes:
            raise AnswerBroken("the answer is shorter than announced")
        if self._is_chunked:
            self._write(b"0\r\n\r\n")

    def _send_stored(self, stored: StoredBytes) -> None:
        if not self._announced():
            self._headers.append(("Content-Length", str(stored.size_bytes)))
        self._send(b"")
        if self._left_bytes:
            sent = self._connection.writer.write_stored(stored, _PAUSED_DOWNLOAD_S)
            if sent != self._left_bytes:
                raise AnswerBroken("the file has not the length that was announced")

    def _announced(self) -> str | None:
        return next((value for name, value in self._headers if name.lower() == "content-length"), None)

    def _send(self, block: bytes) -> None:
        """Send a part of the answer, and its head before the first one."""
        head = b"" if self._is_head_sent else self._answer_head()
        if not self._has_body():
            block = b""
        elif self._left_bytes is not None:
            block = block[: self._left_bytes]
            self._left_bytes -= len(block)
        elif self._is_chunked and block:
            block = b"%x\r\n%b\r\n" % (len(block), block)
        if head and len(block) > _TOGETHER_BYTES:
            self._write(head)
            self._write(block)
        elif head or block:
            self._write(head + block)

    def _write(self, data: bytes) -> None:
        self._connection.writer.write(data, _ANSWER_SILENCE_S)

    def _has_body(self) -> bool:
        return self._status[:3] not in _WITHOUT_BODY and self._method != "HEAD"

    @property
    def _method(self) -> str:
        return self._head.method if self._head else ""

    def _answer_head(self) -> bytes:
        """The head of the answer; here is decided how its end is told, and whether the connection stays."""
        if not self._status:
            raise AnswerBroken("the application did not call start_response")
        announced = self._announced()
        fields = list(self._headers)
        is_modern = self._head is not None and self._head.protocol == "HTTP/1.1"
        if not self._has_body():
            self._left_bytes = 0
        elif announced is not None:
            self._left_bytes = int(announced)
        elif is_modern:
            self._is_chunked = True
            fields.append(("Transfer-Encoding", "chunked"))
        else:
            self.keeps_alive = False
        self._settle_connection()
        fields.append(("Date", http_date(int(time.time()))))
        fields.append(("Server", SERVER_NAME))
        if not self.keeps_alive:
            fields.append(("Connection", "close"))
        elif not is_modern:
            fields.append(("Connection", "keep-alive"))
        encoded = _encode_head(self._status, fields)
        self._is_head_sent = True
        return encoded

    def _settle_connection(self) -> None:
        if not self._is_body_read():
            self.keeps_alive = False
            # Who waits for an invitation has sent nothing that could be in the way of the answer.
            self.is_farewell = not self._connection.reader.is_invitation_due
        if self._is_last():
            self.keeps_alive = False

    def _is_body_read(self) -> bool:
        """Whether nothing of the body is left; a short rest that comes at once is read away."""
        body, reader = self._body, self._connection.reader
        if body.is_at_end or reader.is_invitation_due or not body.is_short:
            return body.is_at_end
        reader.expect(_REST_S)
        with suppress(OSError, ValueError):
            body.read(SHORT_BYTES)
        return body.is_at_end

    def _refuse(self, status: str, sentence: str) -> None:
        """Answer in the application's place, if nothing was sent yet; the connection ends."""
        self.keeps_alive = False
        if self._is_head_sent:
            return
        text = f"{sentence}\n".encode()
        head = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
        answer = _encode_head(status, [*head, ("Connection", "close")])
        self.is_farewell = True
        try:
            self._write(answer + (b"" if self._method == "HEAD" else text))
        except OSError:
            self.is_farewell = False


def end_sending(connection: Connection) -> None:
    """Tell the client that this was the last answer; raises OSError when it has gone."""
    socket.socket.shutdown(connection.wire.socket, socket.SHUT_WR)


def _encode_head(status: str, fields: list[tuple[str, str]]) -> bytes:
    code, _, reason = status.partition(" ")
    lines = [f"HTTP/1.1 {code} {reason or HTTPStatus(int(code)).phrase}"]
    lines += [f"{name}: {value}" for name, value in fields]
    text = "\r\n".join(lines) + "\r\n\r\n"
    if text.count("\n") != len(lines) + 1 or text.count("\r") != len(lines) + 1:
        raise AnswerBroken("a header of the answer contains a line end")
    return text.encode("latin-1")
