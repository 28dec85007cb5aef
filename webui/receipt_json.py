"""Receipts as the JSON of the API."""

from __future__ import annotations

from typing import Any

from indexer import names
from indexer.receipt import ARRIVED, Receipt, ReceiptFile
from webui.wire import moment


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as lists have it; ``bytes`` and ``verified`` are about the files that arrived."""
    totals = receipt.totals
    return {
        "id": receipt.id,
        "folder": receipt.folder,
        "door": str(receipt.door),
        "state": str(receipt.state),
        "begun_at": moment(receipt.begun_at),
        "ended_at": moment(receipt.ended_at),
        "files": totals.files,
        "new": totals.new,
        "held": totals.held,
        "not_media": totals.not_media,
        "junk": totals.junk,
        "empty": totals.empty,
        "incomplete": totals.incomplete,
        "failed": totals.failed,
        "bytes": totals.size_bytes,
        "verified": totals.verified,
        "damaged": totals.damaged,
        "by_digest": totals.by_digest,
        "safe_to_format": receipt.is_safe_to_format,
        "verdict": receipt.verdict,
    }


def entry_json(file: ReceiptFile) -> dict[str, Any]:
    """One file of a receipt; ``item_id`` is None for what was not kept."""
    return {
        "path": file.path,
        "name": names.last(file.path),
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "outcome": str(file.outcome),
        "item_id": file.sha256 if file.outcome in ARRIVED else None,
        "first_at": None if file.first_at is None else moment(file.first_at),
        "verified": file.is_verified,
        "reason": file.reason,
        "by_digest": file.is_by_digest,
    }
