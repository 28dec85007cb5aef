"""`apple.read_apple_note`: the marks of Live Photos and bursts."""

from __future__ import annotations

import struct

import pytest

from indexer.knowledge import Ties
from indexer.metadata.apple import read_apple_note
from tests import samples

LIVE, BURST = "1EA799FF-8384-4BC4-87AA-139A814D9125", "02B8EEB4-846C-4B8E-A02F-A150470B4AD8"


def note(texts: dict[int, str]) -> bytes:
    """A maker note with a number and these texts."""
    count = len(texts) + 1
    entries, content = struct.pack(">HHII", 1, 9, 1, 12), b""
    for tag, text in texts.items():
        offset = 14 + 2 + 12 * count + 4 + len(content)
        entries += struct.pack(">HHII", tag, 2, len(text) + 1, offset)
        content += text.encode() + b"\x00"
    head = b"Apple iOS\x00\x00\x01MM" + struct.pack(">H", count)
    return head + entries + bytes(4) + content


@pytest.mark.parametrize(
    ("block", "ties"),
    [
        (b"II*\x00junk" + note({11: BURST, 17: LIVE}), Ties(LIVE, BURST)),
        (note({17: LIVE}), Ties(content_id=LIVE)),
        (note({3: "something else"}), Ties()),
        (b"Apple iOS\x00\x00\x01II", Ties()),
        (b"Nikon\x00", Ties()),
        (b"", Ties()),
    ],
)
def test_marks(block: bytes, ties: Ties) -> None:
    assert read_apple_note(block) == ties


def test_cut_and_damaged_notes_raise_nothing() -> None:
    whole = note({11: BURST, 17: LIVE})
    for place in range(len(whole)):
        read_apple_note(whole[:place])
        read_apple_note(whole[:place] + b"\xff" * 4 + whole[place + 4 :])


@samples.needs_samples
@pytest.mark.parametrize("key", ["burst_uuid", "content_identifier"])
def test_samples_of_one_tie_share_its_mark(key: str) -> None:
    marked = [sample for sample in samples.load() if sample.facts.get(key) and sample.kind == "image"]
    assert marked
    for sample in marked:
        ties = read_apple_note(sample.file.read_bytes()[: 1 << 20])
        assert sample.facts[key] in (ties.burst_id, ties.content_id)
