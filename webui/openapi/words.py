"""The words in which the description of the API is written: schemas, answers, parameters, calls."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def fields(**properties: Json) -> Json:
    """An object that always has all of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def some_of(**properties: Json) -> Json:
    """An object that may have any of these properties and no others."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


def list_of(of: Json) -> Json:
    return {"type": "array", "items": of}


def one_of(*values: str) -> Json:
    return {"type": "string", "enum": list(values)}


def or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
WHOLE: Json = {"type": "integer"}
COUNT: Json = {"type": "integer", "minimum": 0}
FLAG: Json = {"type": "boolean"}
DIGEST: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
DAY: Json = {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|unknown)$"}
MOMENT: Json = {"type": "string", "format": "date-time"}
DOOR = one_of("share", "browser", "import")
STATE = one_of("pending", "ready", "failed")
BYTES: Json = {"schema": {"type": "string", "format": "binary"}}


def answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def refusal(description: str) -> Json:
    return answer(description, ref("Error"))


LOGGED_OUT = {"401": refusal("Nobody is logged in.")}
FORGED = {"403": refusal("The X-CSRF-Token header is missing or wrong (code csrf).")}
NO_ITEM = {"404": refusal("No such item in the caller's library.")}
WRONG_QUERY = {"400": refusal("A parameter is wrong.")}
WRONG_BODY = {
    "400": refusal("The body is not what it should be."),
    "413": refusal("The body is too large."),
}
DECIDED = {"200": answer("The decision, which can be undone.", ref("Decided"))}


def query(name: str, description: str, schema: Json = TEXT) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def in_path(name: str, schema: Json = TEXT) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def page(what: str, most: int, usual: int | None = None) -> list[Json]:
    """The parameters of a call that answers in pages of ``what``."""
    return [query("cursor", "The next of the page before."), limit(what, most, usual)]


def limit(what: str, most: int, usual: int | None = None) -> Json:
    bounds: Json = {"type": "integer", "minimum": 1, "maximum": most}
    return query(
        "limit", f"At most so many {what}.", bounds if usual is None else {**bounds, "default": usual}
    )


CSRF_HEADER: Json = {
    "name": "X-CSRF-Token",
    "in": "header",
    "description": "From GET session; needed with a cookie session, not with HTTP Basic.",
    "schema": TEXT,
}


def json_body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def call(summary: str, answers: Json, **more: Any) -> Json:
    """Any call, with the refusals that none is spared."""
    common = {
        "400": refusal("The address or a header cannot be read."),
        "403": refusal("The caller is a read-only device (code read_only_device)."),
        "429": refusal("Too many failed attempts; Retry-After says how long to wait."),
    }
    return {"summary": summary, "responses": common | answers, **more}


def reading(summary: str, answers: Json, *parameters: Json) -> Json:
    """A call of somebody who is logged in, that changes nothing."""
    more = {"parameters": list(parameters)} if parameters else {}
    return call(summary, LOGGED_OUT | answers, **more)


def changing(summary: str, answers: Json, *parameters: Json, body: Json | None = None) -> Json:
    """A call of somebody who is logged in, that changes something, as the ``body`` says if there is one."""
    more = {} if body is None else {"requestBody": json_body(body)}
    usual = LOGGED_OUT | FORGED | (WRONG_BODY if body is not None else {})
    return call(summary, usual | answers, parameters=[*parameters, CSRF_HEADER], **more)
