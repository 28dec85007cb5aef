"""Files that a page does not send, since the library holds their bytes: they arrive by their digest alone."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse, request

from indexer.intake import Intake
from indexer.model import Claim, Door
from webui.api import json_answer, parse_digests
from webui.bodies import read_json, text_field
from webui.errors import BadRequest
from webui.visitors import Visitors

LIMIT_BYTES = 4 * 1024 * 1024
MOST_FILES = 500
_LARGEST_BYTES = 2**63 - 1
_FARTHEST_S = 1e14


class Claims:
    """The call ``POST /api/v1/originals/held``."""

    def __init__(self, intake: Intake, visitors: Visitors) -> None:
        self._intake = intake
        self._visitors = visitors

    def accept(self) -> HTTPResponse:
        """Which of these files have arrived; the others must be sent. Raises BadRequest."""
        visitor = self._visitors.require_for_call(request.environ)
        claims = parse_claims(read_json(request.environ, LIMIT_BYTES).get("files"))
        arrived = self._intake.accept_claims(visitor.person.id, claims, door=Door.BROWSER)
        return json_answer({"held": arrived})


def parse_claims(value: Any) -> list[Claim]:
    """What a call says of files: path, sha256, size_bytes, and mtime in seconds where it is known."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BadRequest("“files” must be a list of objects.")
    if len(value) > MOST_FILES:
        raise BadRequest(f"One call can name at most {MOST_FILES:,} files.")
    digests = parse_digests([one.get("sha256") for one in value])
    return [_parse(one, digest) for one, digest in zip(value, digests, strict=True)]


def _parse(one: dict[str, Any], digest: str) -> Claim:
    parts = [part for part in text_field(one, "path").split("/") if part not in ("", ".")]
    size_bytes, mtime = one.get("size_bytes"), one.get("mtime")
    if type(size_bytes) is not int or not 0 <= size_bytes <= _LARGEST_BYTES:
        raise BadRequest("“size_bytes” must be a number of bytes.")
    # Of integers there are some that no float can be.
    if mtime is not None and not (type(mtime) in (int, float) and abs(mtime) <= _FARTHEST_S):
        raise BadRequest("“mtime” must be seconds since 1970, or null.")
    return Claim("/".join(parts), digest, size_bytes, None if mtime is None else float(mtime))
