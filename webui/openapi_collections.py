"""What the description of the API says of memories and albums, of clocks, and of what is said of items."""

from __future__ import annotations

from webui.openapi_words import (
    COUNT,
    CSRF_HEADER,
    DAY,
    DIGEST,
    FLAG,
    FORGED,
    LOGGED_OUT,
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

_COLLECTION: Json = {
    "id": TEXT,
    "kind": or_null({**TEXT, "description": "trip or day for a memory that was suggested."}),
    "title": TEXT,
    "cover": or_null(DIGEST),
    "first_day": or_null(DAY),
    "last_day": or_null(DAY),
    "count": {**COUNT, "description": "Shots."},
    "score": {**NUMBER, "description": "The higher, the more it stands out among the person's memories."},
    "why": TEXT,
    "hidden": FLAG,
    "pinned": FLAG,
}

SCHEMAS: Json = {
    "Collection": fields(**_COLLECTION),
    "WholeCollection": fields(**_COLLECTION, items=list_of(ref("Item"))),
    "Memories": fields(
        memories=list_of(ref("Collection")), on_this_day=list_of(ref("Collection")), next=or_null(TEXT)
    ),
    "Albums": fields(albums=list_of(ref("Collection"))),
    "Made": fields(decision=COUNT, id=TEXT),
    "Clocks": fields(
        suggestions=list_of(
            fields(
                id=TEXT,
                camera=TEXT,
                folder=or_null({**TEXT, "description": "The top folder of a copy; null for all of them."}),
                sentence={**TEXT, "description": 'Such as "1 h 12 min behind".'},
                shift_s={"type": "integer", "description": "To be added to the camera's times."},
                pictures=COUNT,
                matched={**COUNT, "description": "Pictures that fall together with a phone's then."},
                applied=FLAG,
                decision=or_null(COUNT),
            )
        )
    ),
}

_NONE = {"404": refusal("The caller has no such memory, album, clock or item.")}
_WRONG = {"400": refusal("The body is not what it should be."), "413": refusal("The body is too large.")}
_DECIDED = {"200": answer("The decision, which can be undone.", ref("Decided"))}
_MADE = {"201": answer("Made, by a decision that can be undone.", ref("Made"))}
_WRITING = {"title": TEXT, "cover": DIGEST, "order": list_of(DIGEST)}


def _id(name: str, schema: Json = TEXT) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _change(summary: str, answers: Json, wanted: Json | None, *parameters: Json) -> Json:
    more = {} if wanted is None else {"requestBody": json_body(wanted)}
    told = {**answers, **_NONE, **LOGGED_OUT, **FORGED, **(_WRONG if wanted else {})}
    return call(summary, told, parameters=[*parameters, CSRF_HEADER], **more)


def _some_of(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "additionalProperties": False}


_ITEMS = list_of(DIGEST)
_MEMORY_ID, _ALBUM_ID = _id("memory_id"), _id("album_id")

PATHS: Json = {
    "/memories": {
        "get": call(
            "Memories, the newest first, and those of this day in earlier years.",
            {
                "200": answer("A page.", ref("Memories")),
                "400": refusal("A parameter is wrong."),
                **LOGGED_OUT,
            },
            parameters=[
                query("on", "Another day than today, for on_this_day.", {"type": "string", "format": "date"}),
                query("hidden", "1: also those that were hidden."),
                query("cursor", "The next of the page before."),
                query("limit", "At most so many.", {"type": "integer", "minimum": 1, "maximum": 1000}),
            ],
        ),
        "post": _change("Make a memory of items.", _MADE, _some_of(items=_ITEMS, title=TEXT)),
    },
    "/memories/{memory_id}": {
        "get": call(
            "One memory with its items.",
            {"200": answer("The memory.", ref("WholeCollection")), **_NONE, **LOGGED_OUT},
            parameters=[_MEMORY_ID],
        ),
        "post": _change(
            "Title, cover, order, hidden, pinned; or merge others into it, split items off, add or remove.",
            _DECIDED | _MADE,
            _some_of(
                **_WRITING,
                hidden=FLAG,
                pinned=FLAG,
                merge=list_of(TEXT),
                split=_ITEMS,
                add=_ITEMS,
                remove=_ITEMS,
            ),
            _MEMORY_ID,
        ),
    },
    "/albums": {
        "get": call("Albums.", {"200": answer("All of them.", ref("Albums")), **LOGGED_OUT}),
        "post": _change("Make an album; it may be empty.", _MADE, _some_of(items=_ITEMS, title=TEXT)),
    },
    "/albums/{album_id}": {
        "get": call(
            "One album with its items.",
            {"200": answer("The album.", ref("WholeCollection")), **_NONE, **LOGGED_OUT},
            parameters=[_ALBUM_ID],
        ),
        "post": _change(
            "Title, cover, order; or add or remove items.",
            _DECIDED,
            _some_of(**_WRITING, add=_ITEMS, remove=_ITEMS),
            _ALBUM_ID,
        ),
        "delete": _change("Delete it, not what is in it.", _DECIDED, None, _ALBUM_ID),
    },
    "/clock-suggestions": {
        "get": call(
            "Cameras whose clocks seem wrong, and those that were put right.",
            {"200": answer("The clocks.", ref("Clocks")), **LOGGED_OUT},
        )
    },
    "/clock-suggestions/{clock_id}": {
        "post": _change("Put a clock right as suggested.", _DECIDED, None, _id("clock_id"))
    },
}

SAY: Json = _change(
    "Favourite, title, rating, rotation or time of an item.",
    _DECIDED,
    _some_of(
        favourite=FLAG,
        title=or_null(TEXT),
        rating=or_null({"type": "integer", "minimum": 0, "maximum": 5}),
        rotation={
            "type": "integer",
            "enum": [0, 90, 180, 270],
            "description": "Degrees clockwise, from what is upright by the file; of pictures alone.",
        },
        shift_s={
            "type": "integer",
            "description": "Seconds that are added to the time of capture as the file tells it.",
        },
    ),
    _id("item_id", DIGEST),
)
