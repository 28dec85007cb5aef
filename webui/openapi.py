"""The description of the JSON API that ``/api/v1/openapi.json`` serves (OpenAPI 3.1).

Written by hand and kept true by the tests: every route is in it, nothing else is, and real answers
are checked against its schemas.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _object(**properties: Json) -> Json:
    """An object that always has all of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "number"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_FLAG: Json = {"type": "boolean"}
_DIGEST: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_LIMIT: Json = {"type": "integer", "minimum": 1, "maximum": 1000}
_DAY: Json = {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|unknown)$"}
_KIND: Json = {"type": "string", "enum": ["image", "raw", "video", "other"]}
_STATE: Json = {"type": "string", "enum": ["pending", "ready", "failed"]}
_DOOR: Json = {"type": "string", "enum": ["share", "browser", "import"]}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_TALLY = _object(count=_COUNT, bytes=_COUNT)
_ITEM: Json = dict(  # noqa: C408 - to be given on as keywords
    id=_DIGEST,
    sha256=_DIGEST,
    name=_TEXT,
    kind=_KIND,
    mime=_TEXT,
    size_bytes=_COUNT,
    width=_or_null({**_COUNT, "description": "As displayed, after rotation."}),
    height=_or_null(_COUNT),
    taken_at=_or_null({"type": "string", "description": "Local ISO 8601, as the camera's clock showed."}),
    taken_at_source=_or_null(_TEXT),
    utc_offset=_or_null({"type": "string", "description": "Like +02:00."}),
    camera=_object(make=_or_null(_TEXT), model=_or_null(_TEXT), lens=_or_null(_TEXT)),
    gps=_or_null(_object(lat=_NUMBER, lon=_NUMBER)),
    place=_or_null(_TEXT),
    estimated_place=_or_null(
        _object(lat=_NUMBER, lon=_NUMBER, place=_or_null(_TEXT), confidence=_NUMBER, lender=_DIGEST)
    ),
    duration_s=_or_null(_NUMBER),
    state=_STATE,
    failure=_or_null(_object(step=_TEXT, reason=_TEXT)),
    shot_id={**_DIGEST, "description": "The item's shot; its own id where it is alone."},
    shot=_object(
        kind=_or_null(
            {
                "type": "string",
                "enum": ["raw", "live", "edit", "side", "same"],
                "description": "What makes several items one shot.",
            }
        ),
        count={**_COUNT, "description": "Items in the shot."},
    ),
    burst=_or_null(
        _object(
            id=_DIGEST,
            kind={"type": "string", "enum": ["burst", "bracket", "panorama"]},
            count={**_COUNT, "description": "Shots in the burst."},
        )
    ),
    motion={**_FLAG, "description": "Whether it is a Motion Photo: its clip lies in its file."},
    favourite=_FLAG,
    uploads={
        **_list(_object(path=_TEXT, at={"type": "string", "format": "date-time"}, door=_DOOR)),
        "description": "Filled when one item is asked for; empty in lists.",
    },
    thumbhash=_or_null(
        {"type": "string", "description": "A placeholder, in base64: evanw.github.io/thumbhash."}
    ),
)

_RECEIPT: Json = dict(  # noqa: C408 - to be given on as keywords
    id=_COUNT,
    folder={**_TEXT, "description": "The top folder of the copy; empty for files directly in the share."},
    door=_DOOR,
    state={"type": "string", "enum": ["open", "verifying", "closed"]},
    begun_at=_MOMENT,
    ended_at=_MOMENT,
    files={**_COUNT, "description": "Arrived whole: new, held and not_media."},
    new=_COUNT,
    held={**_COUNT, "description": "The library had these bytes already."},
    not_media=_COUNT,
    junk={**_COUNT, "description": "Companions of operating systems; not kept, not in files."},
    empty={**_COUNT, "description": "Names that came without any bytes."},
    incomplete=_COUNT,
    failed=_COUNT,
    bytes=_COUNT,
    verified={**_COUNT, "description": "Files read back from the disk and found to be what came."},
    damaged={**_COUNT, "description": "Files read back that are not what came."},
    safe_to_format=_FLAG,
    verdict=_TEXT,
)

_SCHEMAS: Json = {
    "Session": _object(user=_TEXT, is_owner=_FLAG, csrf_token=_or_null(_TEXT)),
    "Status": _object(
        version={"type": "integer", "description": "Changes whenever an answer about the library may."},
        items=_COUNT,
        originals=_TALLY,
        duplicates=_TALLY,
        queue=_object(pending=_COUNT, running=_COUNT, failed=_COUNT),
        indexing=_object(paused=_FLAG),
        grouping=_object(pending={**_COUNT, "description": "Items still to be grouped."}),
        receiving=_list(_object(path=_TEXT, bytes=_COUNT, expected=_or_null(_COUNT))),
    ),
    "Device": _object(
        id=_COUNT,
        label=_TEXT,
        read_only=_FLAG,
        created_at=_MOMENT,
        used_at=_or_null({**_MOMENT, "description": "True to about a minute."}),
    ),
    "Facets": _object(
        **{
            name: _list(_object(value=_TEXT, count=_COUNT))
            for name in ("category", "camera", "lens", "place", "year")
        }
    ),
    "Timeline": _object(days=_list(_object(day=_DAY, count=_COUNT, items=_COUNT))),
    "Page": _object(items=_list(_ref("Item")), next=_or_null(_TEXT)),
    "Failures": _object(count=_COUNT, items=_list(_ref("Item")), next=_or_null(_TEXT)),
    "Item": _object(**_ITEM),
    "WholeItem": _object(
        **_ITEM,
        group=_or_null(
            _object(cover=_DIGEST, members=_list(_DIGEST), why=_list(_TEXT), locked=_FLAG),
        ),
        taken_at_confidence=_or_null({"type": "string", "enum": ["high", "medium", "low"]}),
        altitude_m=_or_null(_NUMBER),
        direction_deg=_or_null({**_NUMBER, "description": "Where the lens looked, clockwise from north."}),
        exposure=_object(
            time_s=_or_null(_NUMBER),
            f_number=_or_null(_NUMBER),
            iso=_or_null(_COUNT),
            focal_length_mm=_or_null(_NUMBER),
            focal_length_35mm=_or_null(_NUMBER),
            bias_ev=_or_null(_NUMBER),
            flash_fired=_or_null(_FLAG),
        ),
        title=_or_null(_TEXT),
        description=_or_null(_TEXT),
        keywords=_list(_TEXT),
        rating=_or_null({"type": "integer", "description": "1 to 5; -1 was rejected, null is unrated."}),
        frame_rate=_or_null(_NUMBER),
        codecs=_or_null(_object(video=_or_null(_TEXT), audio=_or_null(_TEXT))),
        rotation_deg=_or_null({**_COUNT, "description": "Clockwise, as the video asks to be shown."}),
        is_hdr=_or_null(_FLAG),
        clip_offset=_or_null({**_COUNT, "description": "The byte where a Motion Photo's clip begins."}),
        color_space=_or_null(_TEXT),
    ),
    "Group": _object(
        id=_DIGEST,
        kind=_or_null(_TEXT),
        cover=_DIGEST,
        members={
            **_list(_ref("Item")),
            "description": "The cover first; of a burst, the covers of its shots.",
        },
        why={**_list(_TEXT), "description": "Sentences for people."},
        locked=_FLAG,
        burst_id=_or_null(_DIGEST),
        decisions={**_list(_COUNT), "description": "Those that stand and name something in it."},
    ),
    "Decided": _object(decision=_COUNT),
    "Decisions": _object(
        decisions=_list(_object(id=_COUNT, at=_MOMENT, scope=_TEXT, words=_TEXT, undone_at=_or_null(_MOMENT)))
    ),
    "Grouping": _object(
        burst_window_s={
            "type": "number",
            "minimum": 0,
            "maximum": 10,
            "description": "The longest gap within a burst that its camera did not mark.",
        }
    ),
    "Receipt": _object(**_RECEIPT),
    "Receipts": _object(receipts=_list(_ref("Receipt")), next=_or_null(_TEXT)),
    "WholeReceipt": _object(
        **_RECEIPT,
        entries=_list(
            _object(
                path=_TEXT,
                name=_TEXT,
                sha256=_or_null(_DIGEST),
                size_bytes=_COUNT,
                outcome={
                    "type": "string",
                    "enum": ["new", "held", "not_media", "junk", "empty", "incomplete", "failed"],
                },
                item_id=_or_null(_DIGEST),
                first_at=_or_null(
                    {**_MOMENT, "description": "When bytes that were held already first came."}
                ),
                verified=_or_null({**_FLAG, "description": "null until it is read back from the disk."}),
                reason={**_TEXT, "description": "What is wrong and what to do; empty where nothing is."},
            )
        ),
        next=_or_null(_TEXT),
    ),
    "Error": _object(
        error={
            "type": "object",
            "properties": {"code": _TEXT, "message": _TEXT, "state": _STATE},
            "required": ["code", "message"],
        }
    ),
}


def _json_answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusal(description: str) -> Json:
    return _json_answer(description, _ref("Error"))


_LOGGED_OUT = {"401": _refusal("Nobody is logged in.")}
_NO_ITEM = {"404": _refusal("No such item in the caller's library.")}
_FORGED = {"403": _refusal("The X-CSRF-Token header is missing or wrong (code csrf).")}
_NO_DEVICES = {"403": _refusal("The caller is a device itself, or the X-CSRF-Token header is wrong.")}
_BYTES: Json = {"schema": {"type": "string", "format": "binary"}}
_CSRF_HEADER: Json = {
    "name": "X-CSRF-Token",
    "in": "header",
    "description": "From GET session; needed with a cookie session, not with HTTP Basic.",
    "schema": _TEXT,
}


def _call(summary: str, answers: Json, **more: Any) -> Json:
    answers.setdefault("400", _refusal("The address or a header cannot be read."))
    answers.setdefault("403", _refusal("The caller is a read-only device (code read_only_device)."))
    answers.setdefault("429", _refusal("Too many failed attempts; Retry-After says how long to wait."))
    return {"summary": summary, "responses": answers, **more}


def _json_body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _query(name: str, description: str, schema: Json = _TEXT) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _bytes_call(summary: str, missing: str, mime: str, parameters: list[Json]) -> Json:
    """A call that answers with a file, whole or in part."""
    answers = {
        "200": {"description": "The whole file; ETag names it.", "content": {mime: _BYTES}},
        "206": {"description": "The range asked for.", "content": {mime: _BYTES}},
        "304": {"description": "The caller's copy is current (If-None-Match)."},
        "416": {"description": "The range lies outside the file."},
        "404": _refusal(missing),
        **_LOGGED_OUT,
    }
    return _call(summary, answers, parameters=parameters)


_NOT_READY = (
    "No such item, or no such derivative: not_ready while it is being made (its state is pending), "
    "else no_derivative."
)
_RECEIPT_ID: Json = {"name": "receipt_id", "in": "path", "required": True, "schema": _COUNT}
_NO_RECEIPT = {"404": _refusal("The caller has no such receipt.")}
_ITEM_ID: Json = {"name": "item_id", "in": "path", "required": True, "schema": _DIGEST}

_VERSION: Json = {
    "name": "Tus-Resumable",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "enum": ["1.0.0"]},
}
_UPLOAD_ID: Json = {"name": "upload_id", "in": "path", "required": True, "schema": _TEXT}
_UPLOAD_BYTES: Json = {"content": {"application/offset+octet-stream": _BYTES}}
_NO_UPLOAD = {
    "404": _refusal("The caller has no such upload."),
    "412": _refusal("Tus-Resumable is missing, or another version."),
    **_LOGGED_OUT,
    **_FORGED,
}
_BYTES_REFUSED = {
    "409": _refusal(
        "Upload-Offset is not where the upload goes on, or parts are missing, or a name is taken."
    ),
    "413": _refusal("More bytes than announced, or than this server accepts."),
    "415": _refusal("Not application/offset+octet-stream."),
    "423": _refusal("Another request goes on with this upload."),
    "460": _refusal("The bytes do not match Upload-Checksum; they do not count."),
    "507": _refusal("The disk is full."),
    **_NO_UPLOAD,
}


def _header(name: str, schema: Json = _TEXT) -> Json:
    return {"name": name, "in": "header", "schema": schema}


def _tus_call(summary: str, answers: Json, parameters: list[Json], **more: Any) -> Json:
    return _call(summary, answers, parameters=[_VERSION, _CSRF_HEADER, *parameters], **more)


_GROUP_ID: Json = {"name": "group_id", "in": "path", "required": True, "schema": _DIGEST}


def _group_paths(name: str, one: str) -> Json:
    """The calls about shots, or about bursts; any item of one names it as well as its id."""

    def change(summary: str, body: Json, *parameters: Json) -> Json:
        answers = {
            "200": _json_answer("The decision, which can be undone.", _ref("Decided")),
            "400": _refusal("The body is not what it should be."),
            "404": _refusal(f"No such {one} in the caller's library."),
            "409": _refusal("The items are not together in this way."),
            "413": _refusal("The body is too large."),
            **_LOGGED_OUT,
            **_FORGED,
        }
        return _call(summary, answers, parameters=[*parameters, _CSRF_HEADER], requestBody=_json_body(body))

    return {
        f"/{name}": {"post": change(f"Make one {one} of several shots.", _object(merge=_list(_DIGEST)))},
        f"/{name}/{{group_id}}": {
            "get": _call(
                f"One {one}, and why it is one.",
                {
                    "200": _json_answer("The cover first.", _ref("Group")),
                    "404": _refusal(f"No such {one} in the caller's library."),
                    **_LOGGED_OUT,
                },
                parameters=[_GROUP_ID],
            ),
            "post": change(
                "Choose its cover, lock or unlock it, take one item or all out of it; or separate everything "
                "that is together by the same rule (like).",
                {
                    "oneOf": [
                        _object(cover=_DIGEST),
                        _object(lock=_FLAG),
                        _object(ungroup={"type": "string", "pattern": "^([0-9a-f]{64}|all|like)$"}),
                    ]
                },
                _GROUP_ID,
            ),
        },
        f"/{name}/{{group_id}}/split": {
            "post": change(
                f"Make a {one} of its own of some items.", _object(items=_list(_DIGEST)), _GROUP_ID
            )
        },
    }


_UPLOAD_OPTIONS = _call(
    "What this server can do: Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm.",
    {"204": {"description": "In the headers."}},
    security=[],
)

_PATHS: Json = {
    "/openapi.json": {
        "get": _call(
            "This description.", {"200": _json_answer("OpenAPI 3.1.", {"type": "object"})}, security=[]
        )
    },
    "/session": {
        "get": _call(
            "Who is logged in.", {"200": _json_answer("The caller.", _ref("Session")), **_LOGGED_OUT}
        ),
        "post": _call(
            "Log in; the session comes as a cookie.",
            {
                "200": _json_answer("Logged in.", _ref("Session")),
                "400": _refusal("The body is not what it should be."),
                "401": _refusal("Name and password do not match."),
                "403": _refusal("Another site's page sent this."),
                "413": _refusal("The body is too large."),
                "429": _refusal("Too many failed attempts; Retry-After says how long to wait."),
            },
            requestBody=_json_body(_object(user=_TEXT, password=_TEXT)),
            security=[],
        ),
        "delete": _call(
            "Log out.",
            {"204": {"description": "The session has ended."}, **_LOGGED_OUT, **_FORGED},
            parameters=[_CSRF_HEADER],
        ),
    },
    "/status": {
        "get": _call(
            "The library in numbers.", {"200": _json_answer("The numbers.", _ref("Status")), **_LOGGED_OUT}
        )
    },
    "/indexing": {
        "post": _call(
            "Pause the preparation of everybody's items, or go on.",
            {
                "200": _json_answer("So it is now.", _object(paused=_FLAG)),
                "400": _refusal("The body is not what it should be."),
                "403": _refusal("The caller is not the owner, or the X-CSRF-Token header is wrong."),
                "413": _refusal("The body is too large."),
                **_LOGGED_OUT,
            },
            parameters=[_CSRF_HEADER],
            requestBody=_json_body(_object(paused=_FLAG)),
        )
    },
    "/timeline": {
        "get": _call(
            "The days with items, newest first, unknown last.",
            {
                "200": _json_answer(
                    "The days. count is of shots (collapsed: of covers), items of all that lies on the day.",
                    _ref("Timeline"),
                ),
                **_LOGGED_OUT,
            },
            parameters=[_query("collapsed", "1: count what GET items?collapsed=1 lists.", _TEXT)],
        )
    },
    "/items": {
        "get": _call(
            "Items in capture order, unknown dates last.",
            {
                "200": _json_answer("A page.", _ref("Page")),
                "400": _refusal("A parameter is wrong."),
                **_LOGGED_OUT,
            },
            parameters=[
                _query("day", "Only this day.", _DAY),
                _query("kind", "Only this kind.", _KIND),
                _query("query", "A part of the name, camera, title, keywords or place, in any case."),
                _query("collapsed", "1: only the covers of bursts and of shots outside of bursts.", _TEXT),
                _query("cursor", "The next of the page before."),
                _query("limit", "At most so many items.", {**_LIMIT, "default": 200}),
            ],
        )
    },
    "/facets": {
        "get": _call(
            "What the items are, and where and with what they were taken, with counts.",
            {
                "200": _json_answer("By facet.", _ref("Facets")),
                "400": _refusal("A parameter is wrong."),
                **_LOGGED_OUT,
            },
            parameters=[
                *(_query(name, "Only these.") for name in ("category", "camera", "lens", "place", "year")),
                _query("collapsed", "1: count only the covers of bursts and of shots outside of bursts."),
            ],
        )
    },
    "/items/{item_id}": {
        "get": _call(
            "One item.",
            {"200": _json_answer("All that is known.", _ref("WholeItem")), **_NO_ITEM, **_LOGGED_OUT},
            parameters=[_ITEM_ID],
        )
    },
    "/items/{item_id}/original": {
        "get": _bytes_call(
            "The bytes as they came; the ETag is the SHA-256 digest.",
            "No such item in the caller's library.",
            "*/*",
            [_ITEM_ID, _query("download", "1: the browser saves the file and never shows it.")],
        )
    },
    "/items/{item_id}/thumbnail": {
        "get": _bytes_call("A small picture for grids.", _NOT_READY, "image/*", [_ITEM_ID])
    },
    "/items/{item_id}/preview": {
        "get": _bytes_call("A picture to fill a screen.", _NOT_READY, "image/*", [_ITEM_ID])
    },
    "/items/{item_id}/clip": {
        "get": _bytes_call("Some silent seconds of a video.", _NOT_READY, "video/*", [_ITEM_ID])
    },
    "/items/{item_id}/playable": {
        "get": _bytes_call(
            "A video as every browser plays it; the original itself where it does.",
            _NOT_READY,
            "video/*",
            [_ITEM_ID],
        )
    },
    "/items/{item_id}/full": {
        "get": _bytes_call(
            "A picture in full size as every browser shows it, made on demand; the original where it does.",
            _NOT_READY,
            "*/*",
            [_ITEM_ID],
        )
    },
    "/items/{item_id}/retry": {
        "post": _call(
            "Try a failed item again, before all others; one that has not failed stays as it is.",
            {
                "202": _json_answer("The item as it is now.", _ref("Item")),
                **_NO_ITEM,
                **_LOGGED_OUT,
                **_FORGED,
            },
            parameters=[_ITEM_ID, _CSRF_HEADER],
        )
    },
    **_group_paths("shots", "shot"),
    **_group_paths("bursts", "burst"),
    "/decisions": {
        "get": _call(
            "The caller's last decisions, the newest first.",
            {
                "200": _json_answer("Those that were undone are among them.", _ref("Decisions")),
                "400": _refusal("A parameter is wrong."),
                **_LOGGED_OUT,
            },
            parameters=[_query("limit", "At most so many.", {**_LIMIT, "default": 100})],
        )
    },
    "/decisions/{decision_id}/undo": {
        "post": _call(
            "Have everything as if it had never been decided.",
            {
                "200": _json_answer("Undone.", _ref("Decided")),
                "404": _refusal("The caller has made no such decision."),
                **_LOGGED_OUT,
                **_FORGED,
            },
            parameters=[
                {"name": "decision_id", "in": "path", "required": True, "schema": _COUNT},
                _CSRF_HEADER,
            ],
        )
    },
    "/grouping": {
        "get": _call(
            "How bursts are found.", {"200": _json_answer("The settings.", _ref("Grouping")), **_LOGGED_OUT}
        ),
        "post": _call(
            "Find bursts in another way; everything is grouped anew soon, decisions stay.",
            {
                "200": _json_answer("So it is now.", _ref("Grouping")),
                "400": _refusal("The body is not what it should be."),
                "413": _refusal("The body is too large."),
                **_LOGGED_OUT,
                **_FORGED,
            },
            parameters=[_CSRF_HEADER],
            requestBody=_json_body(_ref("Grouping")),
        ),
    },
    "/failures": {
        "get": _call(
            "Failed items with their uploads, the newest arrival first.",
            {
                "200": _json_answer("A page, and how many there are in all.", _ref("Failures")),
                "400": _refusal("A parameter is wrong."),
                **_LOGGED_OUT,
            },
            parameters=[
                _query("cursor", "The next of the page before."),
                _query("limit", "At most so many items.", {**_LIMIT, "default": 100}),
            ],
        )
    },
    "/failures/retry": {
        "post": _call(
            "Try all failed items again.",
            {
                "202": _json_answer("How many there were.", _object(retried=_COUNT)),
                **_LOGGED_OUT,
                **_FORGED,
            },
            parameters=[_CSRF_HEADER],
        )
    },
    "/uploads/": {
        "options": _UPLOAD_OPTIONS,
        "post": _tus_call(
            "Begin a resumable upload (tus 1.0.0), or join whole parts to one.",
            {"201": {"description": "Begun; Location is its address."}, **_BYTES_REFUSED},
            [
                _header(name)
                for name in (
                    "Upload-Length",
                    "Upload-Defer-Length",
                    "Upload-Metadata",
                    "Upload-Concat",
                    "Upload-Checksum",
                )
            ],
            requestBody=_UPLOAD_BYTES,
        ),
    },
    "/uploads/{upload_id}": {
        "options": {**_UPLOAD_OPTIONS, "parameters": [_UPLOAD_ID]},
        "head": _tus_call(
            "How far an upload is: Upload-Offset.",
            {"200": {"description": "In the headers; Upload-Item once it is kept."}, **_BYTES_REFUSED},
            [_UPLOAD_ID],
        ),
        "patch": _tus_call(
            "An upload's next bytes.",
            {"204": {"description": "They are safe; Upload-Item once all are."}, **_BYTES_REFUSED},
            [_UPLOAD_ID, *map(_header, ("Upload-Offset", "Upload-Length", "Upload-Checksum"))],
            requestBody=_UPLOAD_BYTES,
        ),
        "delete": _tus_call(
            "Forget an upload; a file that it has become stays.",
            {"204": {"description": "Forgotten."}, **_NO_UPLOAD},
            [_UPLOAD_ID],
        ),
        "post": _tus_call(
            "PATCH or DELETE for those who cannot send them: X-HTTP-Method-Override says which.",
            {
                "204": {"description": "As by the other method."},
                "405": _refusal("No such method."),
                **_BYTES_REFUSED,
            },
            [_UPLOAD_ID, *map(_header, ("X-HTTP-Method-Override", "Upload-Offset", "Upload-Checksum"))],
            requestBody=_UPLOAD_BYTES,
        ),
    },
    "/receipts": {
        "get": _call(
            "The caller's receipts, newest first; copies that still run are among them.",
            {
                "200": _json_answer("A page.", _ref("Receipts")),
                "400": _refusal("A parameter is wrong."),
                **_LOGGED_OUT,
            },
            parameters=[
                _query("cursor", "The next of the page before."),
                _query(
                    "limit",
                    "At most so many receipts.",
                    {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
                ),
            ],
        )
    },
    "/receipts/{receipt_id}": {
        "get": _call(
            "A receipt with a page of its files, by path; as CSV for those who accept text/csv.",
            {
                "200": {
                    "description": "The receipt as it is now.",
                    "content": {
                        "application/json": {"schema": _ref("WholeReceipt")},
                        "text/csv": {"schema": _TEXT},
                    },
                },
                "303": {"description": "For those who accept text/html only: its page."},
                **_NO_RECEIPT,
                **_LOGGED_OUT,
            },
            parameters=[
                _RECEIPT_ID,
                _query("only", "troubled: only files that must be copied again.", _TEXT),
                _query("cursor", "The next of the page before."),
                _query(
                    "limit",
                    "At most so many files.",
                    {"type": "integer", "minimum": 1, "maximum": 5000, "default": 1000},
                ),
            ],
        )
    },
    "/receipts/{receipt_id}.csv": {
        "get": _call(
            "All files of a receipt for a spreadsheet.",
            {
                "200": {"description": "RFC 4180.", "content": {"text/csv": {"schema": _TEXT}}},
                **_NO_RECEIPT,
                **_LOGGED_OUT,
            },
            parameters=[_RECEIPT_ID],
        )
    },
    "/receipts/{receipt_id}/SHA256SUMS": {
        "get": _call(
            "What sha256sum -c reads in the copied folder on the card.",
            {
                "200": {
                    "description": "Paths are relative to the folder.",
                    "content": {"text/plain": {"schema": _TEXT}},
                },
                **_NO_RECEIPT,
                **_LOGGED_OUT,
            },
            parameters=[_RECEIPT_ID],
        )
    },
    "/receipts/{receipt_id}/close": {
        "post": _call(
            "End a copy now: its files are read back and verified.",
            {
                "202": _json_answer("The receipt as it is now.", _ref("Receipt")),
                **_NO_RECEIPT,
                **_LOGGED_OUT,
                **_FORGED,
            },
            parameters=[_RECEIPT_ID, _CSRF_HEADER],
        )
    },
    "/devices": {
        "get": _call(
            "The caller's devices, oldest first.",
            {
                "200": _json_answer("The devices.", _object(devices=_list(_ref("Device")))),
                **_LOGGED_OUT,
                **_NO_DEVICES,
            },
        ),
        "post": _call(
            "Make a device; its password is told only here.",
            {
                "201": _json_answer(
                    "Made; log in as user with this password.",
                    _object(device=_ref("Device"), user=_TEXT, password=_TEXT),
                ),
                "400": _refusal("The label is missing or cannot be one."),
                "409": _refusal("The label is taken, or there are too many devices."),
                "413": _refusal("The body is too large."),
                **_LOGGED_OUT,
                **_NO_DEVICES,
            },
            parameters=[_CSRF_HEADER],
            requestBody=_json_body(
                {**_object(label=_TEXT, read_only={**_FLAG, "default": False}), "required": ["label"]}
            ),
        ),
    },
    "/devices/{device_id}": {
        "delete": _call(
            "Revoke a device: its next request is refused.",
            {
                "204": {"description": "Revoked."},
                "404": _refusal("The caller has no such device."),
                **_LOGGED_OUT,
                **_NO_DEVICES,
            },
            parameters=[
                {"name": "device_id", "in": "path", "required": True, "schema": _COUNT},
                _CSRF_HEADER,
            ],
        )
    },
    "/originals/check": {
        "post": _call(
            "Which of these digests the caller's library holds.",
            {
                "200": _json_answer(
                    "Digest to item id, only for those held.",
                    _object(held={"type": "object", "additionalProperties": _DIGEST}),
                ),
                "400": _refusal("Not a list of digests, or one of them is none."),
                "413": _refusal("The body is too large."),
                **_LOGGED_OUT,
                **_FORGED,
            },
            parameters=[_CSRF_HEADER],
            requestBody=_json_body(_object(digests={**_list(_DIGEST), "maxItems": 10_000})),
        )
    },
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
    "paths": _PATHS,
    "components": {
        "schemas": _SCHEMAS,
        "securitySchemes": {
            "cookie": {"type": "apiKey", "in": "cookie", "name": "photocloud_session"},
            "basic": {"type": "http", "scheme": "basic"},
        },
    },
}
