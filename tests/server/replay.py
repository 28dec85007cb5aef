"""Replays a recorded conversation byte by byte over one connection.

A recording is text: ``== title``, the request with its header lines and body as they went over the
wire, then ``-- status``; ``-- status Header => name`` keeps a header of the answer for later steps.
``-- cut 70000`` breaks the connection after so many bytes of the body; the next step opens another.
``{name}`` stands for a value that differs from run to run, ``{bare name}`` for one without its
angle brackets; ``{length}`` for the length of this body. Lines that start with ``#`` between steps
are remarks.
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
_STEP = re.compile(
    r"^== (?P<title>.+)\n(?P<request>(?:.*\n)*?)-- (?:cut (?P<cut>\d+)|(?P<status>\d+)(?: (?P<keep>.+))?)$",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    head: str
    body: str
    status: int
    keep: tuple[str, str] | None
    cut_after_bytes: int | None


def steps(recording: str) -> Iterator[Step]:
    """The steps of a file in ``recorded/``, in order."""
    for found in _STEP.finditer((RECORDED / recording).read_text()):
        head, _, body = found["request"].partition("\n\n")
        header, _, name = (found["keep"] or "").partition(" => ")
        keep = (header, name) if name else None
        cut_after_bytes = int(found["cut"]) if found["cut"] else None
        status = int(found["status"] or 0)
        yield Step(found["title"], head, body.removesuffix("\n"), status, keep, cut_after_bytes)


def replay(server: ServerProcess, recording: str, values: dict[str, bytes]) -> dict[str, Answer]:
    """Play all steps, each of which must get its status; the answers by title.

    Kept headers are added to ``values``.
    """
    values["host"] = f"{server.host}:{server.port}".encode()
    values["login"] = basic(server.user, server.password).encode()
    answers = {}
    connection = RawConnection(server.host, server.port)
    try:
        for step in steps(recording):
            if step.cut_after_bytes is not None:
                connection.send(_wire(step, values, step.cut_after_bytes))
                connection.reset()
                connection = RawConnection(server.host, server.port)
                continue
            connection.send(_wire(step, values))
            answers[step.title] = _checked(step, connection.answer(step.head.partition(" ")[0]))
            if step.keep:
                header, name = step.keep
                values[name] = answers[step.title].headers[header].encode()
                values[f"bare {name}"] = values[name].strip(b"<>")
        assert connection.is_silent(0.2), "more was answered than asked"
    finally:
        connection.close()
    return answers


def _checked(step: Step, answer: Answer | None) -> Answer:
    assert answer is not None, f"{step.title}: the connection was closed instead of answered"
    got = f"{answer.status} {answer.reason} {answer.body[:200]!r}"
    assert answer.status == step.status, f"{step.title}: expected {step.status}, got {got}"
    return answer


def _wire(step: Step, values: dict[str, bytes], most_bytes: int | None = None) -> bytes:
    """The request as it goes out, its body perhaps cut."""
    body = _filled(step.body, values)
    head = _filled(step.head, values | {"length": str(len(body)).encode()})
    return head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body[:most_bytes]


def in_chunks(data: bytes) -> bytes:
    """The data in chunked transfer coding (RFC 9112 7.1)."""
    pieces = (data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES))
    return b"".join(b"%X\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _filled(text: str, values: dict[str, bytes]) -> bytes:
    parts = re.split(r"\{([a-z_ ]+)\}", text)
    return b"".join(values[part] if at % 2 else part.encode() for at, part in enumerate(parts))
