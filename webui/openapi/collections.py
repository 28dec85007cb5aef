"""What the description of the API says of memories and albums, and of clocks."""

from __future__ import annotations

from webui.openapi.words import (
    COUNT,
    DAY,
    DECIDED,
    DIGEST,
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    WRONG_QUERY,
    Json,
    answer,
    changing,
    fields,
    in_path,
    list_of,
    or_null,
    page,
    query,
    reading,
    ref,
    refusal,
    some_of,
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
                shift_s={**WHOLE, "description": "To be added to the camera's times."},
                pictures=COUNT,
                matched={**COUNT, "description": "Pictures that fall together with a phone's then."},
                applied=FLAG,
                decision=or_null(COUNT),
            )
        )
    ),
}


_NONE = {"404": refusal("The caller has no such memory, album or clock, or not one of the items.")}
_MADE = {"201": answer("Made, by a decision that can be undone.", ref("Made")), **_NONE}
_CHANGED = {**DECIDED, **_NONE}
_ITEMS = list_of(DIGEST)
_NEW = some_of(items=_ITEMS, title=TEXT)
_WRITING: Json = {"title": TEXT, "cover": DIGEST, "order": _ITEMS, "add": _ITEMS, "remove": _ITEMS}
_MEMORY_ID, _ALBUM_ID = in_path("memory_id"), in_path("album_id")

PATHS: Json = {
    "/memories": {
        "get": reading(
            "Memories, the newest first, and those of this day in earlier years.",
            {"200": answer("A page.", ref("Memories")), **WRONG_QUERY},
            query("on", "Another day than today, for on_this_day.", {"type": "string", "format": "date"}),
            query("hidden", "1: also those that were hidden."),
            *page("memories", 1000),
        ),
        "post": changing("Make a memory of items.", _MADE, body=_NEW),
    },
    "/memories/{memory_id}": {
        "get": reading(
            "One memory with its items.",
            {"200": answer("The memory.", ref("WholeCollection")), **_NONE},
            _MEMORY_ID,
        ),
        "post": changing(
            "Title, cover, order, hidden, pinned; or merge others into it, split items off, add or remove.",
            _CHANGED | _MADE,
            _MEMORY_ID,
            body=some_of(**_WRITING, hidden=FLAG, pinned=FLAG, merge=list_of(TEXT), split=_ITEMS),
        ),
    },
    "/albums": {
        "get": reading("Albums.", {"200": answer("All of them.", ref("Albums"))}),
        "post": changing("Make an album; it may be empty.", _MADE, body=_NEW),
    },
    "/albums/{album_id}": {
        "get": reading(
            "One album with its items.",
            {"200": answer("The album.", ref("WholeCollection")), **_NONE},
            _ALBUM_ID,
        ),
        "post": changing(
            "Title, cover, order; or add or remove items.", _CHANGED, _ALBUM_ID, body=some_of(**_WRITING)
        ),
        "delete": changing("Delete it, not what is in it.", _CHANGED, _ALBUM_ID),
    },
    "/clock-suggestions": {
        "get": reading(
            "Cameras whose clocks seem wrong, and those that were put right.",
            {"200": answer("The clocks.", ref("Clocks"))},
        )
    },
    "/clock-suggestions/{clock_id}": {
        "post": changing("Put a clock right as suggested.", _CHANGED, in_path("clock_id"))
    },
}
