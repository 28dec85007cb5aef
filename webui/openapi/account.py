"""What the description of the API says of logging in, and of devices."""

from __future__ import annotations

from webui.openapi.words import (
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    WRONG_BODY,
    Json,
    answer,
    call,
    changing,
    fields,
    in_path,
    json_body,
    list_of,
    or_null,
    reading,
    ref,
    refusal,
)

_NO_DEVICES = {"403": refusal("The caller is a device itself, or the X-CSRF-Token header is wrong.")}

SCHEMAS: Json = {
    "Session": fields(user=TEXT, is_owner=FLAG, csrf_token=or_null(TEXT)),
    "Device": fields(
        id=COUNT,
        label=TEXT,
        read_only=FLAG,
        created_at=MOMENT,
        used_at=or_null({**MOMENT, "description": "True to about a minute."}),
    ),
}

PATHS: Json = {
    "/session": {
        "get": reading("Who is logged in.", {"200": answer("The caller.", ref("Session"))}),
        "post": call(
            "Log in; the session comes as a cookie.",
            {
                **WRONG_BODY,
                "200": answer("Logged in.", ref("Session")),
                "401": refusal("Name and password do not match."),
                "403": refusal("Another site's page sent this."),
            },
            requestBody=json_body(fields(user=TEXT, password=TEXT)),
            security=[],
        ),
        "delete": changing("Log out.", {"204": {"description": "The session has ended."}}),
    },
    "/devices": {
        "get": reading(
            "The caller's devices, oldest first.",
            {"200": answer("The devices.", fields(devices=list_of(ref("Device")))), **_NO_DEVICES},
        ),
        "post": changing(
            "Make a device; its password is told only here.",
            {
                "201": answer(
                    "Made; log in as user with this password.",
                    fields(device=ref("Device"), user=TEXT, password=TEXT),
                ),
                "400": refusal("The label is missing or cannot be one."),
                "409": refusal("The label is taken, or there are too many devices."),
                **_NO_DEVICES,
            },
            body={**fields(label=TEXT, read_only={**FLAG, "default": False}), "required": ["label"]},
        ),
    },
    "/devices/{device_id}": {
        "delete": changing(
            "Revoke a device: its next request is refused.",
            {
                "204": {"description": "Revoked."},
                "404": refusal("The caller has no such device."),
                **_NO_DEVICES,
            },
            in_path("device_id", COUNT),
        )
    },
}
