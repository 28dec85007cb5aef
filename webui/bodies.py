"""Reading what a request carries, never more than the call may need."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from webui.errors import BadRequest, BodyTooLarge

FORM_LIMIT_BYTES = 64 * 1024
_MOST_FIELDS = 20


def read_body(environ: dict[str, Any], limit_bytes: int) -> bytes:
    """The whole body; raises BodyTooLarge without reading on, BadRequest when it was cut.

    Bottle's own body reader is not used: it would take apart chunks that the server has joined already.
    """
    is_chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    announced = environ.get("CONTENT_LENGTH") or "0"
    if not is_chunked and not announced.isdecimal():
        raise BadRequest("The length of the request is not a number.")
    if not is_chunked and int(announced) > limit_bytes:
        raise BodyTooLarge(limit_bytes)
    body: bytes = environ["wsgi.input"].read(limit_bytes + 1 if is_chunked else int(announced))
    if len(body) > limit_bytes:
        raise BodyTooLarge(limit_bytes)
    if not is_chunked and len(body) < int(announced):
        raise BadRequest("The request was cut on its way.")
    return body


def read_json(environ: dict[str, Any], limit_bytes: int) -> dict[str, Any]:
    """The JSON object in the body; raises BadRequest for anything else, BodyTooLarge."""
    try:
        value = json.loads(read_body(environ, limit_bytes))
        # JSON can spell half a surrogate pair, which no password hash or database takes.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body of the request is not valid JSON.") from error
    if not isinstance(value, dict):
        raise BadRequest("The body of the request must be a JSON object.")
    return value


def read_form(environ: dict[str, Any]) -> dict[str, str]:
    """The fields of a posted form (the last of a name counts); raises BadRequest, BodyTooLarge."""
    try:
        text = read_body(environ, FORM_LIMIT_BYTES).decode("utf-8")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BadRequest("The form could not be read.") from error
    return {name: values[-1] for name, values in fields.items()}


def text_field(values: dict[str, Any], name: str) -> str:
    """A text of a JSON object or form; raises BadRequest when it is missing or no proper text."""
    value = values.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"“{name}” is missing, or is not a text.")
    return value
