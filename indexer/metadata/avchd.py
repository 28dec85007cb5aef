"""Reads what AVCHD camcorders write into the video stream itself: the MDPM message.

An .MTS file has no tags. Date, zone, maker and model lie in a "user data, unregistered" SEI message of
H.264 (ITU-T H.264 annex D.1.7) near the start of the stream: the letters MDPM, a count, and as many
pairs of one byte of tag and four bytes of value.
"""

from __future__ import annotations

from collections.abc import Iterator

from av.container import InputContainer

from indexer import probe
from indexer.knowledge import Camera
from indexer.metadata.capture_time import Recorded
from indexer.metadata.findings import Findings
from indexer.metadata.texts import clean_text

MESSAGE = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
MOST_PACKETS = 30
MOST_MESSAGE_BYTES = 1 + 255 * 5

TAG_ZONE_AND_MONTH = 0x18
TAG_DAY_AND_TIME = 0x19
TAG_MAKE = 0xE0
TAGS_MODEL = (0xE4, 0xE5, 0xE6)
ZONE_UNKNOWN = 0xFF
MAKES = {0x0103: "Panasonic", 0x0108: "Sony", 0x1011: "Canon", 0x1104: "JVC"}


def read_avchd(container: InputContainer) -> Findings:
    """What the message in the first pictures says; nothing where there is none. Raises av.FFmpegError."""
    for packet in probe.first_packets(container, MOST_PACKETS):
        content = bytes(packet)
        start = content.find(MESSAGE)
        if start >= 0:
            return parse_message(content[start + len(MESSAGE) :])
    return Findings()


def parse_message(escaped: bytes) -> Findings:
    """What follows the letters MDPM, with or without more of the stream behind it."""
    tags = dict(_tags(_unescape(escaped[: MOST_MESSAGE_BYTES * 3 // 2])))
    make = MAKES.get(int.from_bytes(tags.get(TAG_MAKE, b"")[:2], "big"))
    model = b"".join(tags.get(tag, b"") for tag in TAGS_MODEL)
    return Findings(recorded=tuple(_recorded(tags)), camera=Camera(make, clean_text(model)))


def _unescape(stream: bytes) -> bytes:
    """Without the 3 that H.264 puts after two zeros, lest they look like the start of a picture."""
    return stream.replace(b"\x00\x00\x03", b"\x00\x00")


def _tags(message: bytes) -> Iterator[tuple[int, bytes]]:
    for start in range(1, 1 + 5 * message[0] if message else 0, 5):
        entry = message[start : start + 5]
        if len(entry) == 5:
            yield entry[0], entry[1:]


def _recorded(tags: dict[int, bytes]) -> Iterator[Recorded]:
    """The wall clock in decimal digits (BCD); the zone in bits: summer time, sign, hours, half an hour."""
    month, day = tags.get(TAG_ZONE_AND_MONTH), tags.get(TAG_DAY_AND_TIME)
    if month is None or day is None:
        return
    zone, digits = month[0], (month[1:] + day).hex()
    clock = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}:{digits[12:14]}"
    offset = f"{'-' if zone & 0x20 else '+'}{zone >> 1 & 0x0F:02}:{30 if zone & 1 else 0:02}"
    yield Recorded("H264:DateTimeOriginal", clock, offset=None if zone == ZONE_UNKNOWN else offset)
