"""Replays a recorded conversation byte by byte over one connection.

A recording is text: ``== title``, the request with its header lines and body as they went over the
wire, then ``-- status``; ``-- status Header => name`` keeps a header of the answer for later steps.
``{name}`` stands for a value that differs from run to run; ``{length}`` for the length of this
body. Lines that start with ``#`` between steps are remarks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.clients import Answer, RawConnection, basic
from tests.server_process import ServerProcess

RECORDED = Path(__file__).parent / "recorded"
CHUNK_BYTES = 65536  # the piece size of webdavfs
_STEP = re.compile(r"^== (?P<title>.+)\n(?P<request>(?:.*\n)*?)-- (?P<status>\d+)(?: (?P<keep>.+))?$", re.M)


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    head: str
    body: str
    status: int
    keep: tuple[str, str] | None


def steps(recording: str) -> Iterator[Step]:
    """The steps of a file in ``recorded/``, in order."""
    for found in _STEP.finditer((RECORDED / recording).read_text()):
        head, _, body = found["request"].partition("\n\n")
        header, _, name = (found["keep"] or "").partition(" => ")
        keep = (header, name) if name else None
        yield Step(found["title"], head, body.removesuffix("\n"), int(found["status"]), keep)


def replay(server: ServerProcess, recording: str, values: dict[str, bytes]) -> dict[str, Answer]:
    """Play all steps, each of which must get its status; the answers by title.

    Kept headers are added to ``values``.
    """
    values["host"] = f"{server.host}:{server.port}".encode()
    values["login"] = basic(server.user, server.password).encode()
    answers = {}
    with RawConnection(server.host, server.port) as connection:
        for step in steps(recording):
            body = _filled(step.body, values)
            head = _filled(step.head, values | {"length": str(len(body)).encode()})
            connection.send(head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body)
            answer = connection.answer(step.head.partition(" ")[0])
            assert answer is not None, f"{step.title}: the connection was closed instead of answered"
            assert answer.status == step.status, (
                f"{step.title}: {answer.status} {answer.reason} {answer.body[:200]!r}"
            )
            answers[step.title] = answer
            if step.keep:
                values[step.keep[1]] = answer.headers[step.keep[0]].encode()
        assert connection.is_silent(0.2), "more was answered than asked"
    return answers


def in_chunks(data: bytes) -> bytes:
    """The data in chunked transfer coding (RFC 9112 7.1)."""
    pieces = (data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES))
    return b"".join(b"%X\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _filled(text: str, values: dict[str, bytes]) -> bytes:
    parts = re.split(r"\{([a-z_ ]+)\}", text)
    return b"".join(values[part] if at % 2 else part.encode() for at, part in enumerate(parts))
