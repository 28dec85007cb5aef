"""What the description of the API says of files that arrive: by tus 1.0.0, or by the digests of held ones."""

from __future__ import annotations

from webui.openapi.words import (
    BYTES,
    COUNT,
    CSRF_HEADER,
    DIGEST,
    FLAG,
    FORGED,
    LOGGED_OUT,
    NUMBER,
    TEXT,
    Json,
    answer,
    call,
    changing,
    fields,
    in_path,
    list_of,
    one_of,
    or_null,
    refusal,
)

_CLAIM: Json = fields(
    path={**TEXT, "description": "In the Upload share, with the name."},
    sha256=DIGEST,
    size_bytes=COUNT,
    mtime=or_null({**NUMBER, "description": "Seconds since 1970."}),
)

_VERSION: Json = {
    "name": "Tus-Resumable",
    "in": "header",
    "required": True,
    "schema": one_of("1.0.0"),
}
_UPLOAD_ID = in_path("upload_id")
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


def _tus(summary: str, answers: Json, parameters: list[Json], headers: tuple[str, ...] = ()) -> Json:
    """A call of tus; one that has headers of its own carries bytes, too."""
    more = {"requestBody": _UPLOAD_BYTES} if headers else {}
    own = ({"name": name, "in": "header", "schema": TEXT} for name in headers)
    return call(summary, answers, parameters=[_VERSION, CSRF_HEADER, *parameters, *own], **more)


_UPLOAD_OPTIONS = call(
    "What this server can do: Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm.",
    {"204": {"description": "In the headers."}},
    security=[],
)

PATHS: Json = {
    "/uploads/": {
        "options": _UPLOAD_OPTIONS,
        "post": _tus(
            "Begin a resumable upload (tus 1.0.0), or join whole parts to one.",
            {"201": {"description": "Begun; Location is its address."}, **_BYTES_REFUSED},
            [],
            ("Upload-Length", "Upload-Defer-Length", "Upload-Metadata", "Upload-Concat", "Upload-Checksum"),
        ),
    },
    "/uploads/{upload_id}": {
        "options": {**_UPLOAD_OPTIONS, "parameters": [_UPLOAD_ID]},
        "head": _tus(
            "How far an upload is: Upload-Offset.",
            {"200": {"description": "In the headers; Upload-Item once it is kept."}, **_BYTES_REFUSED},
            [_UPLOAD_ID],
        ),
        "patch": _tus(
            "An upload's next bytes.",
            {"204": {"description": "They are safe; Upload-Item once all are."}, **_BYTES_REFUSED},
            [_UPLOAD_ID],
            ("Upload-Offset", "Upload-Length", "Upload-Checksum"),
        ),
        "delete": _tus(
            "Forget an upload; a file that it has become stays.",
            {"204": {"description": "Forgotten."}, **_NO_UPLOAD},
            [_UPLOAD_ID],
        ),
        "post": _tus(
            "PATCH or DELETE for those who cannot send them: X-HTTP-Method-Override says which.",
            {
                "204": {"description": "As by the other method."},
                "405": refusal("No such method."),
                **_BYTES_REFUSED,
            },
            [_UPLOAD_ID],
            ("X-HTTP-Method-Override", "Upload-Offset", "Upload-Checksum"),
        ),
    },
    "/originals/check": {
        "post": changing(
            "Which of these digests the caller's library holds.",
            {
                "200": answer(
                    "Digest to item id, only for those held.",
                    fields(held={"type": "object", "additionalProperties": DIGEST}),
                ),
                "400": refusal("Not a list of digests, or one of them is none."),
            },
            body=fields(digests={**list_of(DIGEST), "maxItems": 10_000}),
        )
    },
    "/originals/held": {
        "post": changing(
            "Have files arrive that need not be sent, since the caller's library holds their bytes.",
            {
                "200": answer(
                    "For each file whether it has arrived, with a name and on the receipt of its copy. The "
                    "others must be sent: the library does not hold them in this size, or the path is none.",
                    fields(held=list_of(FLAG)),
                ),
                "400": refusal("Not a list of files, or one of them is none."),
                "507": refusal("The server's disk is full."),
            },
            body=fields(files={**list_of(_CLAIM), "maxItems": 500}),
        )
    },
}
