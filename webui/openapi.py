"""The description of the JSON API that ``/api/v1/openapi.json`` serves (OpenAPI 3.1).

Written by hand and kept true by the tests: every route is in it, nothing else is, and real answers
are checked against its schemas.
"""

from __future__ import annotations

from typing import Any

from webui import openapi_collections
from webui.openapi_words import (
    BYTES,
    COUNT,
    CSRF_HEADER,
    DAY,
    DIGEST,
    FLAG,
    FORGED,
    LIMIT,
    LOGGED_OUT,
    NO_DEVICES,
    NO_ITEM,
    NUMBER,
    TEXT,
    Json,
    answer,
    call,
    fields,
    json_body,
    list_of,
    or_null,
    query,
    ref,
    refusal,
)

_KIND: Json = {"type": "string", "enum": ["image", "raw", "video", "other"]}
_STATE: Json = {"type": "string", "enum": ["pending", "ready", "failed"]}
_DOOR: Json = {"type": "string", "enum": ["share", "browser", "import"]}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_TALLY = fields(count=COUNT, bytes=COUNT)
_ITEM: Json = dict(  # noqa: C408 - to be given on as keywords
    id=DIGEST,
    sha256=DIGEST,
    name=TEXT,
    kind=_KIND,
    mime=TEXT,
    size_bytes=COUNT,
    width=or_null({**COUNT, "description": "As displayed, after rotation."}),
    height=or_null(COUNT),
    taken_at=or_null({"type": "string", "description": "Local ISO 8601, as the camera's clock showed."}),
    taken_at_source=or_null(TEXT),
    utc_offset=or_null({"type": "string", "description": "Like +02:00."}),
    camera=fields(make=or_null(TEXT), model=or_null(TEXT), lens=or_null(TEXT)),
    gps=or_null(fields(lat=NUMBER, lon=NUMBER)),
    place=or_null(TEXT),
    estimated_place=or_null(
        fields(lat=NUMBER, lon=NUMBER, place=or_null(TEXT), confidence=NUMBER, lender=DIGEST)
    ),
    duration_s=or_null(NUMBER),
    state=_STATE,
    failure=or_null(fields(step=TEXT, reason=TEXT)),
    shot_id={**DIGEST, "description": "The item's shot; its own id where it is alone."},
    shot=fields(
        kind=or_null(
            {
                "type": "string",
                "enum": ["raw", "live", "edit", "side", "same"],
                "description": "What makes several items one shot.",
            }
        ),
        count={**COUNT, "description": "Items in the shot."},
    ),
    burst=or_null(
        fields(
            id=DIGEST,
            kind={"type": "string", "enum": ["burst", "bracket", "panorama"]},
            count={**COUNT, "description": "Shots in the burst."},
        )
    ),
    motion={**FLAG, "description": "Whether it is a Motion Photo: its clip lies in its file."},
    favourite=FLAG,
    rotation={
        "type": "integer",
        "enum": [0, 90, 180, 270],
        "description": "How far people had it turned, clockwise; thumbnail, preview, full and the file for "
        "televisions are.",
    },
    uploads={
        **list_of(fields(path=TEXT, at={"type": "string", "format": "date-time"}, door=_DOOR)),
        "description": "Filled when one item is asked for; empty in lists.",
    },
    thumbhash=or_null(
        {"type": "string", "description": "A placeholder, in base64: evanw.github.io/thumbhash."}
    ),
)

_RECEIPT: Json = dict(  # noqa: C408 - to be given on as keywords
    id=COUNT,
    folder={**TEXT, "description": "The top folder of the copy; empty for files directly in the share."},
    door=_DOOR,
    state={"type": "string", "enum": ["open", "verifying", "closed"]},
    begun_at=_MOMENT,
    ended_at=_MOMENT,
    files={**COUNT, "description": "Arrived whole: new, held and not_media."},
    new=COUNT,
    held={**COUNT, "description": "The library had these bytes already."},
    not_media=COUNT,
    junk={**COUNT, "description": "Companions of operating systems; not kept, not in files."},
    empty={**COUNT, "description": "Names that came without any bytes."},
    incomplete=COUNT,
    failed=COUNT,
    bytes=COUNT,
    verified={**COUNT, "description": "Files read back from the disk and found to be what came."},
    damaged={**COUNT, "description": "Files read back that are not what came."},
    by_digest={**COUNT, "description": "Of the files, those that were not sent, see POST originals/held."},
    safe_to_format=FLAG,
    verdict=TEXT,
)

_CLAIM: Json = fields(
    path={**TEXT, "description": "In the Upload share, with the name."},
    sha256=DIGEST,
    size_bytes=COUNT,
    mtime=or_null({**NUMBER, "description": "Seconds since 1970."}),
)

_SCHEMAS: Json = {
    "Session": fields(user=TEXT, is_owner=FLAG, csrf_token=or_null(TEXT)),
    "Status": fields(
        version={"type": "integer", "description": "Changes whenever an answer about the library may."},
        items=COUNT,
        originals=_TALLY,
        duplicates=_TALLY,
        queue=fields(pending=COUNT, running=COUNT, failed=COUNT),
        indexing=fields(paused=FLAG),
        grouping=fields(pending={**COUNT, "description": "Items still to be grouped."}),
        tending=fields(
            pending={
                **COUNT,
                "description": "Days of which shelves, lent places and files for televisions are still to be "
                "looked at; the suggestion of memories counts as one.",
            }
        ),
        television=fields(pending={**COUNT, "description": "Files for televisions still to be made."}),
        receiving=list_of(fields(path=TEXT, bytes=COUNT, expected=or_null(COUNT))),
    ),
    "Device": fields(
        id=COUNT,
        label=TEXT,
        read_only=FLAG,
        created_at=_MOMENT,
        used_at=or_null({**_MOMENT, "description": "True to about a minute."}),
    ),
    "Facets": fields(
        **{
            name: list_of(fields(value=TEXT, count=COUNT))
            for name in ("category", "camera", "lens", "place", "year")
        }
    ),
    "Timeline": fields(days=list_of(fields(day=DAY, count=COUNT, items=COUNT))),
    "Page": fields(items=list_of(ref("Item")), next=or_null(TEXT)),
    "Failures": fields(count=COUNT, items=list_of(ref("Item")), next=or_null(TEXT)),
    "Item": fields(**_ITEM),
    "WholeItem": fields(
        **_ITEM,
        group=or_null(
            fields(cover=DIGEST, members=list_of(DIGEST), why=list_of(TEXT), locked=FLAG),
        ),
        taken_at_confidence=or_null({"type": "string", "enum": ["high", "medium", "low"]}),
        altitude_m=or_null(NUMBER),
        direction_deg=or_null({**NUMBER, "description": "Where the lens looked, clockwise from north."}),
        exposure=fields(
            time_s=or_null(NUMBER),
            f_number=or_null(NUMBER),
            iso=or_null(COUNT),
            focal_length_mm=or_null(NUMBER),
            focal_length_35mm=or_null(NUMBER),
            bias_ev=or_null(NUMBER),
            flash_fired=or_null(FLAG),
        ),
        title=or_null(TEXT),
        description=or_null(TEXT),
        keywords=list_of(TEXT),
        rating=or_null({"type": "integer", "description": "1 to 5; -1 was rejected, null is unrated."}),
        frame_rate=or_null(NUMBER),
        codecs=or_null(fields(video=or_null(TEXT), audio=or_null(TEXT))),
        shift_s={"type": "integer", "description": "By how many seconds people shifted its time."},
        rotation_deg=or_null({**COUNT, "description": "Clockwise, as the video asks to be shown."}),
        is_hdr=or_null(FLAG),
        clip_offset=or_null({**COUNT, "description": "The byte where a Motion Photo's clip begins."}),
        color_space=or_null(TEXT),
    ),
    "Group": fields(
        id=DIGEST,
        kind=or_null(TEXT),
        cover=DIGEST,
        members={
            **list_of(ref("Item")),
            "description": "The cover first; of a burst, the covers of its shots.",
        },
        why={**list_of(TEXT), "description": "Sentences for people."},
        locked=FLAG,
        burst_id=or_null(DIGEST),
        decisions={**list_of(COUNT), "description": "Those that stand and name something in it."},
    ),
    "Decided": fields(decision=COUNT),
    "Decisions": fields(
        decisions=list_of(fields(id=COUNT, at=_MOMENT, scope=TEXT, words=TEXT, undone_at=or_null(_MOMENT)))
    ),
    "Grouping": fields(
        burst_window_s={
            "type": "number",
            "minimum": 0,
            "maximum": 10,
            "description": "The longest gap within a burst that its camera did not mark.",
        }
    ),
    "Receipt": fields(**_RECEIPT),
    "Receipts": fields(receipts=list_of(ref("Receipt")), next=or_null(TEXT)),
    "WholeReceipt": fields(
        **_RECEIPT,
        entries=list_of(
            fields(
                path=TEXT,
                name=TEXT,
                sha256=or_null(DIGEST),
                size_bytes=COUNT,
                outcome={
                    "type": "string",
                    "enum": ["new", "held", "not_media", "junk", "empty", "incomplete", "failed"],
                },
                item_id=or_null(DIGEST),
                first_at=or_null({**_MOMENT, "description": "When bytes that were held already first came."}),
                verified=or_null({**FLAG, "description": "null until it is read back from the disk."}),
                reason={**TEXT, "description": "What is wrong and what to do; empty where nothing is."},
                by_digest={**FLAG, "description": "It was not sent: its sender hashed it."},
            )
        ),
        next=or_null(TEXT),
    ),
    "Error": fields(
        error={
            "type": "object",
            "properties": {"code": TEXT, "message": TEXT, "state": _STATE},
            "required": ["code", "message"],
        }
    ),
}


def _bytes_call(summary: str, missing: str, mime: str, parameters: list[Json]) -> Json:
    """A call that answers with a file, whole or in part."""
    answers = {
        "200": {"description": "The whole file; ETag names it.", "content": {mime: BYTES}},
        "206": {"description": "The range asked for.", "content": {mime: BYTES}},
        "304": {"description": "The caller's copy is current (If-None-Match)."},
        "416": {"description": "The range lies outside the file."},
        "404": refusal(missing),
        **LOGGED_OUT,
    }
    return call(summary, answers, parameters=parameters)


_NOT_READY = (
    "No such item, or no such derivative: not_ready while it is being made (its state is pending), "
    "else no_derivative."
)
_RECEIPT_ID: Json = {"name": "receipt_id", "in": "path", "required": True, "schema": COUNT}
_NO_RECEIPT = {"404": refusal("The caller has no such receipt.")}
_ITEM_ID: Json = {"name": "item_id", "in": "path", "required": True, "schema": DIGEST}

_VERSION: Json = {
    "name": "Tus-Resumable",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "enum": ["1.0.0"]},
}
_UPLOAD_ID: Json = {"name": "upload_id", "in": "path", "required": True, "schema": TEXT}
_UPLOAD_BYTES: Json = {"content": {"application/offset+octet-stream": BYTES}}
_NO_UPLOAD = {
    "404": refusal("The caller has no such upload."),
    "412": refusal("Tus-Resumable is missing, or another version."),
    **LOGGED_OUT,
    **FORGED,
}
_BYTES_REFUSED = {
    "409": refusal(
        "Upload-Offset is not where the upload goes on, or parts are missing, or a name is taken."
    ),
    "413": refusal("More bytes than announced, or than this server accepts."),
    "415": refusal("Not application/offset+octet-stream."),
    "423": refusal("Another request goes on with this upload."),
    "460": refusal("The bytes do not match Upload-Checksum; they do not count."),
    "507": refusal("The disk is full."),
    **_NO_UPLOAD,
}


def _header(name: str, schema: Json = TEXT) -> Json:
    return {"name": name, "in": "header", "schema": schema}


def _tus_call(summary: str, answers: Json, parameters: list[Json], **more: Any) -> Json:
    return call(summary, answers, parameters=[_VERSION, CSRF_HEADER, *parameters], **more)


_GROUP_ID: Json = {"name": "group_id", "in": "path", "required": True, "schema": DIGEST}


def _group_paths(name: str, one: str) -> Json:
    """The calls about shots, or about bursts; any item of one names it as well as its id."""

    def change(summary: str, body: Json, *parameters: Json) -> Json:
        answers = {
            "200": answer("The decision, which can be undone.", ref("Decided")),
            "400": refusal("The body is not what it should be."),
            "404": refusal(f"No such {one} in the caller's library."),
            "409": refusal("The items are not together in this way."),
            "413": refusal("The body is too large."),
            **LOGGED_OUT,
            **FORGED,
        }
        return call(summary, answers, parameters=[*parameters, CSRF_HEADER], requestBody=json_body(body))

    return {
        f"/{name}": {"post": change(f"Make one {one} of several shots.", fields(merge=list_of(DIGEST)))},
        f"/{name}/{{group_id}}": {
            "get": call(
                f"One {one}, and why it is one.",
                {
                    "200": answer("The cover first.", ref("Group")),
                    "404": refusal(f"No such {one} in the caller's library."),
                    **LOGGED_OUT,
                },
                parameters=[_GROUP_ID],
            ),
            "post": change(
                "Choose its cover, lock or unlock it, take one item or all out of it; or separate everything "
                "that is together by the same rule (like).",
                {
                    "oneOf": [
                        fields(cover=DIGEST),
                        fields(lock=FLAG),
                        fields(ungroup={"type": "string", "pattern": "^([0-9a-f]{64}|all|like)$"}),
                    ]
                },
                _GROUP_ID,
            ),
        },
        f"/{name}/{{group_id}}/split": {
            "post": change(
                f"Make a {one} of its own of some items.", fields(items=list_of(DIGEST)), _GROUP_ID
            )
        },
    }


_UPLOAD_OPTIONS = call(
    "What this server can do: Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm.",
    {"204": {"description": "In the headers."}},
    security=[],
)

_SHELF = [query(name, "Only these.") for name in ("category", "camera", "lens", "place", "year")]

_PATHS: Json = {
    "/openapi.json": {
        "get": call("This description.", {"200": answer("OpenAPI 3.1.", {"type": "object"})}, security=[])
    },
    "/session": {
        "get": call("Who is logged in.", {"200": answer("The caller.", ref("Session")), **LOGGED_OUT}),
        "post": call(
            "Log in; the session comes as a cookie.",
            {
                "200": answer("Logged in.", ref("Session")),
                "400": refusal("The body is not what it should be."),
                "401": refusal("Name and password do not match."),
                "403": refusal("Another site's page sent this."),
                "413": refusal("The body is too large."),
                "429": refusal("Too many failed attempts; Retry-After says how long to wait."),
            },
            requestBody=json_body(fields(user=TEXT, password=TEXT)),
            security=[],
        ),
        "delete": call(
            "Log out.",
            {"204": {"description": "The session has ended."}, **LOGGED_OUT, **FORGED},
            parameters=[CSRF_HEADER],
        ),
    },
    "/status": {
        "get": call("The library in numbers.", {"200": answer("The numbers.", ref("Status")), **LOGGED_OUT})
    },
    "/indexing": {
        "post": call(
            "Pause the preparation of everybody's items, or go on.",
            {
                "200": answer("So it is now.", fields(paused=FLAG)),
                "400": refusal("The body is not what it should be."),
                "403": refusal("The caller is not the owner, or the X-CSRF-Token header is wrong."),
                "413": refusal("The body is too large."),
                **LOGGED_OUT,
            },
            parameters=[CSRF_HEADER],
            requestBody=json_body(fields(paused=FLAG)),
        )
    },
    "/timeline": {
        "get": call(
            "The days with items, newest first, unknown last.",
            {
                "200": answer(
                    "The days. count is of shots (collapsed: of covers), items of all that lies on the day.",
                    ref("Timeline"),
                ),
                **LOGGED_OUT,
            },
            parameters=[query("collapsed", "1: count what GET items?collapsed=1 lists.", TEXT), *_SHELF],
        )
    },
    "/items": {
        "get": call(
            "Items in capture order, unknown dates last.",
            {
                "200": answer("A page.", ref("Page")),
                "400": refusal("A parameter is wrong."),
                **LOGGED_OUT,
            },
            parameters=[
                query("day", "Only this day.", DAY),
                query("kind", "Only this kind.", _KIND),
                *_SHELF,
                query("query", "A part of the name, camera, title, keywords or place, in any case."),
                query("collapsed", "1: only the covers of bursts and of shots outside of bursts.", TEXT),
                query("cursor", "The next of the page before."),
                query("limit", "At most so many items.", {**LIMIT, "default": 200}),
            ],
        )
    },
    "/facets": {
        "get": call(
            "What the items are, and where and with what they were taken, with counts.",
            {
                "200": answer("By facet.", ref("Facets")),
                "400": refusal("A parameter is wrong."),
                **LOGGED_OUT,
            },
            parameters=[
                *_SHELF,
                query("collapsed", "1: count only the covers of bursts and of shots outside of bursts."),
            ],
        )
    },
    "/items/{item_id}": {
        "get": call(
            "One item.",
            {"200": answer("All that is known.", ref("WholeItem")), **NO_ITEM, **LOGGED_OUT},
            parameters=[_ITEM_ID],
        ),
        "post": openapi_collections.SAY,
    },
    "/items/{item_id}/original": {
        "get": _bytes_call(
            "The bytes as they came; the ETag is the SHA-256 digest.",
            "No such item in the caller's library.",
            "*/*",
            [_ITEM_ID, query("download", "1: the browser saves the file and never shows it.")],
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
        "post": call(
            "Try a failed item again, before all others; one that has not failed stays as it is.",
            {
                "202": answer("The item as it is now.", ref("Item")),
                **NO_ITEM,
                **LOGGED_OUT,
                **FORGED,
            },
            parameters=[_ITEM_ID, CSRF_HEADER],
        )
    },
    **_group_paths("shots", "shot"),
    **_group_paths("bursts", "burst"),
    "/decisions": {
        "get": call(
            "The caller's last decisions, the newest first.",
            {
                "200": answer("Those that were undone are among them.", ref("Decisions")),
                "400": refusal("A parameter is wrong."),
                **LOGGED_OUT,
            },
            parameters=[query("limit", "At most so many.", {**LIMIT, "default": 100})],
        )
    },
    "/decisions/{decision_id}/undo": {
        "post": call(
            "Have everything as if it had never been decided.",
            {
                "200": answer("Undone.", ref("Decided")),
                "404": refusal("The caller has made no such decision."),
                **LOGGED_OUT,
                **FORGED,
            },
            parameters=[
                {"name": "decision_id", "in": "path", "required": True, "schema": COUNT},
                CSRF_HEADER,
            ],
        )
    },
    "/grouping": {
        "get": call("How bursts are found.", {"200": answer("The settings.", ref("Grouping")), **LOGGED_OUT}),
        "post": call(
            "Find bursts in another way; everything is grouped anew soon, decisions stay.",
            {
                "200": answer("So it is now.", ref("Grouping")),
                "400": refusal("The body is not what it should be."),
                "413": refusal("The body is too large."),
                **LOGGED_OUT,
                **FORGED,
            },
            parameters=[CSRF_HEADER],
            requestBody=json_body(ref("Grouping")),
        ),
    },
    "/failures": {
        "get": call(
            "Failed items with their uploads, the newest arrival first.",
            {
                "200": answer("A page, and how many there are in all.", ref("Failures")),
                "400": refusal("A parameter is wrong."),
                **LOGGED_OUT,
            },
            parameters=[
                query("cursor", "The next of the page before."),
                query("limit", "At most so many items.", {**LIMIT, "default": 100}),
            ],
        )
    },
    "/failures/retry": {
        "post": call(
            "Try all failed items again.",
            {
                "202": answer("How many there were.", fields(retried=COUNT)),
                **LOGGED_OUT,
                **FORGED,
            },
            parameters=[CSRF_HEADER],
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
                "405": refusal("No such method."),
                **_BYTES_REFUSED,
            },
            [_UPLOAD_ID, *map(_header, ("X-HTTP-Method-Override", "Upload-Offset", "Upload-Checksum"))],
            requestBody=_UPLOAD_BYTES,
        ),
    },
    "/receipts": {
        "get": call(
            "The caller's receipts, newest first; copies that still run are among them.",
            {
                "200": answer("A page.", ref("Receipts")),
                "400": refusal("A parameter is wrong."),
                **LOGGED_OUT,
            },
            parameters=[
                query("cursor", "The next of the page before."),
                query(
                    "limit",
                    "At most so many receipts.",
                    {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
                ),
            ],
        )
    },
    "/receipts/{receipt_id}": {
        "get": call(
            "A receipt with a page of its files, by path; as CSV for those who accept text/csv.",
            {
                "200": {
                    "description": "The receipt as it is now.",
                    "content": {
                        "application/json": {"schema": ref("WholeReceipt")},
                        "text/csv": {"schema": TEXT},
                    },
                },
                "303": {"description": "For those who accept text/html only: its page."},
                **_NO_RECEIPT,
                **LOGGED_OUT,
            },
            parameters=[
                _RECEIPT_ID,
                query("only", "troubled: only files that must be copied again.", TEXT),
                query("cursor", "The next of the page before."),
                query(
                    "limit",
                    "At most so many files.",
                    {"type": "integer", "minimum": 1, "maximum": 5000, "default": 1000},
                ),
            ],
        )
    },
    "/receipts/{receipt_id}.csv": {
        "get": call(
            "All files of a receipt for a spreadsheet.",
            {
                "200": {"description": "RFC 4180.", "content": {"text/csv": {"schema": TEXT}}},
                **_NO_RECEIPT,
                **LOGGED_OUT,
            },
            parameters=[_RECEIPT_ID],
        )
    },
    "/receipts/{receipt_id}/SHA256SUMS": {
        "get": call(
            "What sha256sum -c reads in the copied folder on the card.",
            {
                "200": {
                    "description": "Paths are relative to the folder.",
                    "content": {"text/plain": {"schema": TEXT}},
                },
                **_NO_RECEIPT,
                **LOGGED_OUT,
            },
            parameters=[_RECEIPT_ID],
        )
    },
    "/receipts/{receipt_id}/close": {
        "post": call(
            "End a copy now: its files are read back and verified.",
            {
                "202": answer("The receipt as it is now.", ref("Receipt")),
                **_NO_RECEIPT,
                **LOGGED_OUT,
                **FORGED,
            },
            parameters=[_RECEIPT_ID, CSRF_HEADER],
        )
    },
    "/devices": {
        "get": call(
            "The caller's devices, oldest first.",
            {
                "200": answer("The devices.", fields(devices=list_of(ref("Device")))),
                **LOGGED_OUT,
                **NO_DEVICES,
            },
        ),
        "post": call(
            "Make a device; its password is told only here.",
            {
                "201": answer(
                    "Made; log in as user with this password.",
                    fields(device=ref("Device"), user=TEXT, password=TEXT),
                ),
                "400": refusal("The label is missing or cannot be one."),
                "409": refusal("The label is taken, or there are too many devices."),
                "413": refusal("The body is too large."),
                **LOGGED_OUT,
                **NO_DEVICES,
            },
            parameters=[CSRF_HEADER],
            requestBody=json_body(
                {**fields(label=TEXT, read_only={**FLAG, "default": False}), "required": ["label"]}
            ),
        ),
    },
    "/devices/{device_id}": {
        "delete": call(
            "Revoke a device: its next request is refused.",
            {
                "204": {"description": "Revoked."},
                "404": refusal("The caller has no such device."),
                **LOGGED_OUT,
                **NO_DEVICES,
            },
            parameters=[
                {"name": "device_id", "in": "path", "required": True, "schema": COUNT},
                CSRF_HEADER,
            ],
        )
    },
    "/originals/check": {
        "post": call(
            "Which of these digests the caller's library holds.",
            {
                "200": answer(
                    "Digest to item id, only for those held.",
                    fields(held={"type": "object", "additionalProperties": DIGEST}),
                ),
                "400": refusal("Not a list of digests, or one of them is none."),
                "413": refusal("The body is too large."),
                **LOGGED_OUT,
                **FORGED,
            },
            parameters=[CSRF_HEADER],
            requestBody=json_body(fields(digests={**list_of(DIGEST), "maxItems": 10_000})),
        )
    },
    "/originals/held": {
        "post": call(
            "Have files arrive that need not be sent, since the caller's library holds their bytes.",
            {
                "200": answer(
                    "For each file whether it has arrived, with a name and on the receipt of its copy. The "
                    "others must be sent: the library does not hold them in this size, or the path is none.",
                    fields(held=list_of(FLAG)),
                ),
                "400": refusal("Not a list of files, or one of them is none."),
                "413": refusal("The body is too large."),
                "507": refusal("The server's disk is full."),
                **LOGGED_OUT,
                **FORGED,
            },
            parameters=[CSRF_HEADER],
            requestBody=json_body(fields(files={**list_of(_CLAIM), "maxItems": 500})),
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
    "paths": {**_PATHS, **openapi_collections.PATHS},
    "components": {
        "schemas": {**_SCHEMAS, **openapi_collections.SCHEMAS},
        "securitySchemes": {
            "cookie": {"type": "apiKey", "in": "cookie", "name": "photocloud_session"},
            "basic": {"type": "http", "scheme": "basic"},
        },
    },
}
