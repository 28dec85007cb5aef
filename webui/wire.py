"""The model's values as the JSON of the API: names and shapes of DESIGN section 7, and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from indexer.catalog.groups import Group
from indexer.model import Day, Device, Estimate, Grouped, Item, Page, Status, Upload
from webui.visitors import Visitor


def session_json(visitor: Visitor) -> dict[str, Any]:
    return {
        "user": visitor.person.name,
        "is_owner": visitor.person.is_owner,
        "csrf_token": visitor.csrf_token,
    }


def status_json(status: Status) -> dict[str, Any]:
    return {
        "version": status.version,
        "items": status.items,
        "originals": {"count": status.originals.count, "bytes": status.originals.size_bytes},
        "duplicates": {"count": status.duplicates.count, "bytes": status.duplicates.size_bytes},
        "queue": {
            "pending": status.queue.pending,
            "running": status.queue.running,
            "failed": status.queue.failed,
        },
        "indexing": {"paused": status.is_paused},
        "grouping": {"pending": status.ungrouped},
        "tending": {"pending": status.stale_days},
        "television": {"pending": status.for_televisions},
        "receiving": [
            {"path": file.path, "bytes": file.received_bytes, "expected": file.expected_bytes}
            for file in status.receiving
        ],
    }


def device_json(device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "label": device.label,
        "read_only": device.is_read_only,
        "created_at": moment(device.created_at),
        "used_at": None if device.used_at is None else moment(device.used_at),
    }


def timeline_json(days: tuple[Day, ...], *, is_collapsed: bool = False) -> dict[str, Any]:
    """The days with something to be shown: their shots, or collapsed, the covers."""
    counted = ((day, day.covers if is_collapsed else day.shots) for day in days)
    return {"days": [{"day": day.day, "count": count, "items": day.items} for day, count in counted if count]}


def page_json(page: Page) -> dict[str, Any]:
    return {"items": [item_json(item) for item in page.items], "next": page.next_cursor}


def item_json(item: Item) -> dict[str, Any]:
    """An item as lists have it."""
    known = item.metadata
    captured, position, failure = known.captured, known.position, item.failure
    return {
        "id": item.sha256,
        "sha256": item.sha256,
        "name": item.name,
        "kind": str(item.kind),
        "mime": item.mime,
        "size_bytes": item.size_bytes,
        "width": known.width,
        "height": known.height,
        "taken_at": captured.taken_at if captured else None,
        "taken_at_source": captured.source if captured else None,
        "utc_offset": captured.utc_offset if captured else None,
        "camera": {"make": known.camera.make, "model": known.camera.model, "lens": known.camera.lens},
        "gps": {"lat": position.lat, "lon": position.lon} if position else None,
        "place": known.place,
        "estimated_place": _estimate_json(item.estimated_place) if item.estimated_place else None,
        "duration_s": known.duration_s,
        "state": str(item.state),
        "failure": {"step": failure.step, "reason": failure.reason} if failure else None,
        "shot_id": item.shot_id,
        "shot": {"kind": item.shot.kind, "count": item.shot.count} if item.shot else None,
        "burst": _burst_json(item.burst) if item.burst else None,
        "motion": known.ties.clip_offset is not None,
        "favourite": item.favourite,
        "rotation": item.turn_deg,
        "uploads": [_upload_json(upload) for upload in item.uploads],
        "thumbhash": known.thumbhash,
    }


def whole_item_json(item: Item, shot: Group | None = None) -> dict[str, Any]:
    """An item with all that is known about it, and its shot; for where it alone was asked for."""
    known = item.metadata
    captured, position, film, caption = known.captured, known.position, known.film, known.caption
    return {
        **item_json(item),
        "group": _group_json(shot) if shot else None,
        "taken_at_confidence": str(captured.confidence) if captured else None,
        "altitude_m": position.altitude_m if position else None,
        "direction_deg": position.direction_deg if position else None,
        "exposure": asdict(known.exposure),
        "title": item.decided.get("title") or caption.title,
        "description": caption.description,
        "keywords": list(caption.keywords),
        "rating": caption.rating if item.decided.get("rating") is None else item.decided["rating"],
        "frame_rate": film.frame_rate if film else None,
        "codecs": {"video": film.video_codec, "audio": film.audio_codec} if film else None,
        "shift_s": item.decided.get("shift_s") or 0,
        "rotation_deg": film.rotation_deg if film else None,
        "is_hdr": film.is_hdr if film else None,
        "clip_offset": known.ties.clip_offset,
        "color_space": known.color_space,
    }


def _group_json(shot: Group) -> dict[str, Any]:
    return {
        "cover": shot.covers[0],
        "members": list(shot.members),
        "why": list(shot.why),
        "locked": shot.is_locked,
    }


def _burst_json(burst: Grouped) -> dict[str, Any]:
    return {"id": burst.id, "kind": burst.kind, "count": burst.count}


def _estimate_json(estimate: Estimate) -> dict[str, Any]:
    return {
        "lat": estimate.position.lat,
        "lon": estimate.position.lon,
        "place": estimate.place,
        "confidence": estimate.confidence,
        "lender": estimate.lender,
    }


def _upload_json(upload: Upload) -> dict[str, str]:
    return {"path": upload.path, "at": moment(upload.at), "door": str(upload.door)}


def moment(epoch_s: float) -> str:
    """A moment on the server as the API tells it: ISO 8601, UTC, milliseconds."""
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
