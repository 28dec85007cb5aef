"""What the description of the API says of shots and bursts, and of all decisions."""

from __future__ import annotations

from webui.openapi.words import (
    COUNT,
    DECIDED,
    DIGEST,
    FLAG,
    MOMENT,
    TEXT,
    WRONG_QUERY,
    Json,
    answer,
    changing,
    fields,
    in_path,
    limit,
    list_of,
    or_null,
    reading,
    ref,
    refusal,
)

SCHEMAS: Json = {
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
        decisions=list_of(fields(id=COUNT, at=MOMENT, scope=TEXT, words=TEXT, undone_at=or_null(MOMENT)))
    ),
    "Grouping": fields(
        burst_window_s={
            "type": "number",
            "minimum": 0,
            "maximum": 10,
            "description": "The longest gap within a burst that its camera did not mark.",
        }
    ),
}

_GROUP_ID = in_path("group_id", DIGEST)


def _paths(name: str, one: str) -> Json:
    """The calls about shots, or about bursts; any item of one names it as well as its id."""
    none = {"404": refusal(f"No such {one} in the caller's library.")}
    decided = {**DECIDED, **none, "409": refusal("The items are not together in this way.")}
    cover_lock_or_ungroup: Json = {
        "oneOf": [
            fields(cover=DIGEST),
            fields(lock=FLAG),
            fields(ungroup={"type": "string", "pattern": "^([0-9a-f]{64}|all|like)$"}),
        ]
    }
    return {
        f"/{name}": {
            "post": changing(f"Make one {one} of several shots.", decided, body=fields(merge=list_of(DIGEST)))
        },
        f"/{name}/{{group_id}}": {
            "get": reading(
                f"One {one}, and why it is one.",
                {"200": answer("The cover first.", ref("Group")), **none},
                _GROUP_ID,
            ),
            "post": changing(
                "Choose its cover, lock or unlock it, take one item or all out of it; or separate everything "
                "that is together by the same rule (like).",
                decided,
                _GROUP_ID,
                body=cover_lock_or_ungroup,
            ),
        },
        f"/{name}/{{group_id}}/split": {
            "post": changing(
                f"Make a {one} of its own of some items.",
                decided,
                _GROUP_ID,
                body=fields(items=list_of(DIGEST)),
            )
        },
    }


PATHS: Json = {
    **_paths("shots", "shot"),
    **_paths("bursts", "burst"),
    "/decisions": {
        "get": reading(
            "The caller's last decisions, the newest first.",
            {"200": answer("Those that were undone are among them.", ref("Decisions")), **WRONG_QUERY},
            limit("decisions", 1000, 100),
        )
    },
    "/decisions/{decision_id}/undo": {
        "post": changing(
            "Have everything as if it had never been decided.",
            {
                "200": answer("Undone.", ref("Decided")),
                "404": refusal("The caller has made no such decision."),
            },
            in_path("decision_id", COUNT),
        )
    },
    "/grouping": {
        "get": reading("How bursts are found.", {"200": answer("The settings.", ref("Grouping"))}),
        "post": changing(
            "Find bursts in another way; everything is grouped anew soon, decisions stay.",
            {"200": answer("So it is now.", ref("Grouping"))},
            body=ref("Grouping"),
        ),
    },
}
