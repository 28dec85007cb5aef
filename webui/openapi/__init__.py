"""The description of the JSON API that ``/api/v1/openapi.json`` serves (OpenAPI 3.1), by subject.

Written by hand and kept true by the tests: every route is in it, nothing else is, and real answers
are checked against its schemas.
"""

from __future__ import annotations

from webui.openapi import account, collections, groups, items, receipts, status, uploads
from webui.openapi.words import (
    STATE,
    TEXT,
    Json,
    answer,
    call,
    fields,
)

_ERROR = fields(
    error={
        "type": "object",
        "properties": {"code": TEXT, "message": TEXT, "state": STATE},
        "required": ["code", "message"],
    }
)
_ITSELF: Json = {
    "/openapi.json": {
        "get": call("This description.", {"200": answer("OpenAPI 3.1.", {"type": "object"})}, security=[])
    }
}

DESCRIPTION: Json = {
    "openapi": "3.1.0",
    "info": {
        "title": "Private Photo Cloud",
        "version": "1",
        "description": "A person's library. Every call answers about the caller's own library alone.",
    },
    "servers": [{"url": "/api/v1"}],
    "security": [{"cookie": []}, {"basic": []}],
    "paths": {
        **_ITSELF,
        **account.PATHS,
        **status.PATHS,
        **items.PATHS,
        **groups.PATHS,
        **collections.PATHS,
        **uploads.PATHS,
        **receipts.PATHS,
    },
    "components": {
        "schemas": {
            "Error": _ERROR,
            **account.SCHEMAS,
            **status.SCHEMAS,
            **items.SCHEMAS,
            **groups.SCHEMAS,
            **collections.SCHEMAS,
            **receipts.SCHEMAS,
        },
        "securitySchemes": {
            "cookie": {"type": "apiKey", "in": "cookie", "name": "photocloud_session"},
            "basic": {"type": "http", "scheme": "basic"},
        },
    },
}
