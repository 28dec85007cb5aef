"""What the description of the API says of the library as a whole: its numbers, and pausing the work on it."""

from __future__ import annotations

from webui.openapi.words import (
    COUNT,
    FLAG,
    TEXT,
    WHOLE,
    Json,
    answer,
    changing,
    fields,
    list_of,
    or_null,
    reading,
    ref,
    refusal,
)

_TALLY = fields(count=COUNT, bytes=COUNT)

SCHEMAS: Json = {
    "Status": fields(
        version={**WHOLE, "description": "Changes whenever an answer about the library may."},
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
}

PATHS: Json = {
    "/status": {"get": reading("The library in numbers.", {"200": answer("The numbers.", ref("Status"))})},
    "/indexing": {
        "post": changing(
            "Pause the preparation of everybody's items, or go on.",
            {
                "200": answer("So it is now.", fields(paused=FLAG)),
                "403": refusal("The caller is not the owner, or the X-CSRF-Token header is wrong."),
            },
            body=fields(paused=FLAG),
        )
    },
}
