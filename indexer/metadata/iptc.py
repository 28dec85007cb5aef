"""Reads IPTC-IIM (version 4.2), where photo programs kept captions before XMP, within a JPEG's APP13."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.knowledge import Caption
from indexer.metadata.capture_time import Recorded
from indexer.metadata.texts import clean_text, written_by_people

RESOURCE_IPTC = 0x0404
MOST_RESOURCES = 256
MOST_DATASETS = 1000
MOST_KEYWORDS = 200

TITLE, KEYWORD, DATE, TIME, DESCRIPTION = (2, 5), (2, 25), (2, 55), (2, 60), (2, 120)


@dataclass(frozen=True, slots=True)
class Iptc:
    caption: Caption = field(default_factory=Caption)
    recorded: tuple[Recorded, ...] = ()


def read_iptc(resources: bytes) -> Iptc:
    """The caption and the date within Photoshop's resources; nothing where they are broken."""
    found: dict[tuple[int, int], list[bytes]] = {}
    for dataset, value in _datasets(_iptc_block(resources)):
        found.setdefault(dataset, []).append(value)

    def text(dataset: tuple[int, int]) -> str | None:
        return next((_decoded(value) for value in found.get(dataset, [])), None)

    keywords = [clean_text(_decoded(value)) for value in found.get(KEYWORD, [])[:MOST_KEYWORDS]]
    caption = Caption(
        written_by_people(text(TITLE)),
        written_by_people(text(DESCRIPTION)),
        tuple(dict.fromkeys(word for word in keywords if word)),
    )
    return Iptc(caption, tuple(_recorded(text(DATE), text(TIME))))


def _iptc_block(resources: bytes) -> bytes:
    """Each resource is "8BIM", number, Pascal string, length, data, padded to even."""
    at = 0
    for _ in range(MOST_RESOURCES):
        if resources[at : at + 4] != b"8BIM" or len(resources) < at + 12:
            return b""
        number = int.from_bytes(resources[at + 4 : at + 6], "big")
        at += 6 + (resources[at + 6] // 2 + 1) * 2
        length = int.from_bytes(resources[at : at + 4], "big")
        if number == RESOURCE_IPTC:
            return resources[at + 4 : at + 4 + length]
        at += 4 + length + length % 2
    return b""


def _datasets(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    for _ in range(MOST_DATASETS):
        head = block[at : at + 5]
        if len(head) < 5 or head[0] != 0x1C:
            return
        record, number, length = struct.unpack(">BBH", head[1:])
        if length >= 0x8000:  # a dataset of more than 32 KiB, which no caption is
            return
        yield (record, number), block[at + 5 : at + 5 + length]
        at += 5 + length


def _decoded(value: bytes) -> str:
    """UTF-8 whatever the charset dataset says: programs forget it, and Latin-1 is hardly ever valid UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _recorded(date: str | None, time: str | None) -> Iterator[Recorded]:
    if date is None or len(date) != 8:
        return
    text = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    if time is None or len(time) < 6:
        yield Recorded("IPTC:DateTimeCreated", text)
        return
    # The offset is compulsory there, so programs that do not know it write zero.
    offset = None if time[6:] in ("", "+0000", "-0000") else time[6:]
    yield Recorded("IPTC:DateTimeCreated", f"{text}T{time[:2]}:{time[2:4]}:{time[4:6]}", None, offset)
