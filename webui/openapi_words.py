"""The words in which the description of the API is written (OpenAPI 3.1): schemas, answers, parameters."""

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


def list_of(of: Json) -> Json:
    return {"type": "array", "items": of}


def or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
COUNT: Json = {"type": "integer", "minimum": 0}
FLAG: Json = {"type": "boolean"}
DIGEST: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
LIMIT: Json = {"type": "integer", "minimum": 1, "maximum": 1000}
DAY: Json = {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|unknown)$"}


def answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def refusal(description: str) -> Json:
    return answer(description, ref("Error"))


LOGGED_OUT = {"401": refusal("Nobody is logged in.")}
NO_ITEM = {"404": refusal("No such item in the caller's library.")}
FORGED = {"403": refusal("The X-CSRF-Token header is missing or wrong (code csrf).")}
NO_DEVICES = {"403": refusal("The caller is a device itself, or the X-CSRF-Token header is wrong.")}
BYTES: Json = {"schema": {"type": "string", "format": "binary"}}
CSRF_HEADER: Json = {
    "name": "X-CSRF-Token",
    "in": "header",
    "description": "From GET session; needed with a cookie session, not with HTTP Basic.",
    "schema": TEXT,
}


def call(summary: str, answers: Json, **more: Any) -> Json:
    answers.setdefault("400", refusal("The address or a header cannot be read."))
    answers.setdefault("403", refusal("The caller is a read-only device (code read_only_device)."))
    answers.setdefault("429", refusal("Too many failed attempts; Retry-After says how long to wait."))
    return {"summary": summary, "responses": answers, **more}


def json_body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def query(name: str, description: str, schema: Json = TEXT) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}
