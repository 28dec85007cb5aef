"""What the description of the API says of items: asked for one by one and in lists, shown, mended."""

from __future__ import annotations

from webui.openapi.words import (
    BYTES,
    COUNT,
    DAY,
    DECIDED,
    DIGEST,
    DOOR,
    FLAG,
    MOMENT,
    NO_ITEM,
    NUMBER,
    STATE,
    TEXT,
    WHOLE,
    WRONG_QUERY,
    Json,
    answer,
    changing,
    fields,
    in_path,
    list_of,
    one_of,
    or_null,
    page,
    query,
    reading,
    ref,
    refusal,
    some_of,
)

_KIND = one_of("image", "raw", "video", "other")
_ITEM: Json = dict(  # noqa: C408 - to be given on as keywords
    id=DIGEST,
    sha256=DIGEST,
    name=TEXT,
    kind=_KIND,
    mime=TEXT,
    size_bytes=COUNT,
    width=or_null({**COUNT, "description": "As displayed, after rotation."}),
    height=or_null(COUNT),
    taken_at=or_null({**TEXT, "description": "Local ISO 8601, as the camera's clock showed."}),
    taken_at_source=or_null(TEXT),
    utc_offset=or_null({**TEXT, "description": "Like +02:00."}),
    camera=fields(make=or_null(TEXT), model=or_null(TEXT), lens=or_null(TEXT)),
    gps=or_null(fields(lat=NUMBER, lon=NUMBER)),
    place=or_null(TEXT),
    estimated_place=or_null(
        fields(lat=NUMBER, lon=NUMBER, place=or_null(TEXT), confidence=NUMBER, lender=DIGEST)
    ),
    duration_s=or_null(NUMBER),
    state=STATE,
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
            kind=one_of("burst", "bracket", "panorama"),
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
        **list_of(fields(path=TEXT, at=MOMENT, door=DOOR)),
        "description": "Filled when one item is asked for; empty in lists.",
    },
    thumbhash=or_null({**TEXT, "description": "A placeholder, in base64: evanw.github.io/thumbhash."}),
)

SCHEMAS: Json = {
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
        taken_at_confidence=or_null(one_of("high", "medium", "low")),
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
        rating=or_null({**WHOLE, "description": "1 to 5; -1 was rejected, null is unrated."}),
        frame_rate=or_null(NUMBER),
        codecs=or_null(fields(video=or_null(TEXT), audio=or_null(TEXT))),
        shift_s={**WHOLE, "description": "By how many seconds people shifted its time."},
        rotation_deg=or_null({**COUNT, "description": "Clockwise, as the video asks to be shown."}),
        is_hdr=or_null(FLAG),
        clip_offset=or_null({**COUNT, "description": "The byte where a Motion Photo's clip begins."}),
        color_space=or_null(TEXT),
    ),
}

_NOT_READY = (
    "No such item, or no such derivative: not_ready while it is being made (its state is pending), "
    "else no_derivative."
)
_ITEM_ID = in_path("item_id", DIGEST)
_SHELF = [query(name, "Only these.") for name in ("category", "camera", "lens", "place", "year")]


def _file(summary: str, mime: str, *more: Json, missing: str = _NOT_READY) -> Json:
    """A call that answers with a file of an item, whole or in part."""
    answers = {
        "200": {"description": "The whole file; ETag names it.", "content": {mime: BYTES}},
        "206": {"description": "The range asked for.", "content": {mime: BYTES}},
        "304": {"description": "The caller's copy is current (If-None-Match)."},
        "404": refusal(missing),
        "416": {"description": "The range lies outside the file."},
    }
    return reading(summary, answers, _ITEM_ID, *more)


PATHS: Json = {
    "/timeline": {
        "get": reading(
            "The days with items, newest first, unknown last.",
            {
                "200": answer(
                    "The days. count is of shots (collapsed: of covers), items of all that lies on the day.",
                    ref("Timeline"),
                )
            },
            query("collapsed", "1: count what GET items?collapsed=1 lists."),
            *_SHELF,
        )
    },
    "/items": {
        "get": reading(
            "Items in capture order, unknown dates last.",
            {"200": answer("A page.", ref("Page")), **WRONG_QUERY},
            query("day", "Only this day.", DAY),
            query("kind", "Only this kind.", _KIND),
            *_SHELF,
            query("query", "A part of the name, camera, title, keywords or place, in any case."),
            query("collapsed", "1: only the covers of bursts and of shots outside of bursts."),
            *page("items", 1000, 200),
        )
    },
    "/facets": {
        "get": reading(
            "What the items are, and where and with what they were taken, with counts.",
            {"200": answer("By facet.", ref("Facets")), **WRONG_QUERY},
            *_SHELF,
            query("collapsed", "1: count only the covers of bursts and of shots outside of bursts."),
        )
    },
    "/items/{item_id}": {
        "get": reading(
            "One item.", {"200": answer("All that is known.", ref("WholeItem")), **NO_ITEM}, _ITEM_ID
        ),
        "post": changing(
            "Favourite, title, rating, rotation or time of an item.",
            {**DECIDED, **NO_ITEM},
            _ITEM_ID,
            body=some_of(
                favourite=FLAG,
                title=or_null(TEXT),
                rating=or_null({"type": "integer", "minimum": 0, "maximum": 5}),
                rotation={
                    "type": "integer",
                    "enum": [0, 90, 180, 270],
                    "description": "Degrees clockwise, from what is upright by the file; of pictures alone.",
                },
                shift_s={
                    **WHOLE,
                    "description": "Seconds that are added to the time of capture as the file tells it.",
                },
            ),
        ),
    },
    "/items/{item_id}/original": {
        "get": _file(
            "The bytes as they came; the ETag is the SHA-256 digest.",
            "*/*",
            query("download", "1: the browser saves the file and never shows it."),
            missing="No such item in the caller's library.",
        )
    },
    "/items/{item_id}/thumbnail": {"get": _file("A small picture for grids.", "image/*")},
    "/items/{item_id}/preview": {"get": _file("A picture to fill a screen.", "image/*")},
    "/items/{item_id}/clip": {"get": _file("Some silent seconds of a video.", "video/*")},
    "/items/{item_id}/playable": {
        "get": _file("A video as every browser plays it; the original itself where it does.", "video/*")
    },
    "/items/{item_id}/full": {
        "get": _file(
            "A picture in full size as every browser shows it, made on demand; the original where it does.",
            "*/*",
        )
    },
    "/items/{item_id}/retry": {
        "post": changing(
            "Try a failed item again, before all others; one that has not failed stays as it is.",
            {"202": answer("The item as it is now.", ref("Item")), **NO_ITEM},
            _ITEM_ID,
        )
    },
    "/failures": {
        "get": reading(
            "Failed items with their uploads, the newest arrival first.",
            {"200": answer("A page, and how many there are in all.", ref("Failures")), **WRONG_QUERY},
            *page("items", 1000, 100),
        )
    },
    "/failures/retry": {
        "post": changing(
            "Try all failed items again.", {"202": answer("How many there were.", fields(retried=COUNT))}
        )
    },
}
