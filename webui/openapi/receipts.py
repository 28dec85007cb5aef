"""What the description of the API says of receipts: what became of every file of a copy."""

from __future__ import annotations

from webui.openapi.words import (
    COUNT,
    DIGEST,
    DOOR,
    FLAG,
    MOMENT,
    TEXT,
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
)

_RECEIPT: Json = dict(  # noqa: C408 - to be given on as keywords
    id=COUNT,
    folder={**TEXT, "description": "The top folder of the copy; empty for files directly in the share."},
    door=DOOR,
    state=one_of("open", "verifying", "closed"),
    begun_at=MOMENT,
    ended_at=MOMENT,
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

SCHEMAS: Json = {
    "Receipt": fields(**_RECEIPT),
    "Receipts": fields(receipts=list_of(ref("Receipt")), next=or_null(TEXT)),
    "WholeReceipt": fields(
        **_RECEIPT,
        prepared={**COUNT, "description": "Of the files, those that do not wait to be indexed any more."},
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
                first_at=or_null({**MOMENT, "description": "When bytes that were held already first came."}),
                verified=or_null({**FLAG, "description": "null until it is read back from the disk."}),
                reason={**TEXT, "description": "What is wrong and what to do; empty where nothing is."},
                by_digest={**FLAG, "description": "It was not sent: its sender hashed it."},
            )
        ),
        next=or_null(TEXT),
    ),
}

_RECEIPT_ID = in_path("receipt_id", COUNT)
_NO_RECEIPT = {"404": refusal("The caller has no such receipt.")}
_JSON_OR_CSV: Json = {
    "application/json": {"schema": ref("WholeReceipt")},
    "text/csv": {"schema": TEXT},
}

PATHS: Json = {
    "/receipts": {
        "get": reading(
            "The caller's receipts, newest first; copies that still run are among them.",
            {"200": answer("A page.", ref("Receipts")), **WRONG_QUERY},
            *page("receipts", 200, 50),
        )
    },
    "/receipts/{receipt_id}": {
        "get": reading(
            "A receipt with a page of its files, by path; as CSV for those who accept text/csv.",
            {
                "200": {"description": "The receipt as it is now.", "content": _JSON_OR_CSV},
                "303": {"description": "For those who accept text/html only: its page."},
                **_NO_RECEIPT,
            },
            _RECEIPT_ID,
            query("only", "troubled: only files that must be copied again."),
            *page("files", 5000, 1000),
        )
    },
    "/receipts/{receipt_id}.csv": {
        "get": reading(
            "All files of a receipt for a spreadsheet.",
            {"200": {"description": "RFC 4180.", "content": {"text/csv": {"schema": TEXT}}}, **_NO_RECEIPT},
            _RECEIPT_ID,
        )
    },
    "/receipts/{receipt_id}/SHA256SUMS": {
        "get": reading(
            "What sha256sum -c reads in the copied folder on the card.",
            {
                "200": {
                    "description": "Paths are relative to the folder.",
                    "content": {"text/plain": {"schema": TEXT}},
                },
                **_NO_RECEIPT,
            },
            _RECEIPT_ID,
        )
    },
    "/receipts/{receipt_id}/close": {
        "post": changing(
            "End a copy now: its files are read back and verified.",
            {"202": answer("The receipt as it is now.", ref("Receipt")), **_NO_RECEIPT},
            _RECEIPT_ID,
        )
    },
}
