"""The words of WSGI (PEP 3333) that the faces and the server share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A whole answer, short enough to be held: status line, headers, body."""

    status: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
