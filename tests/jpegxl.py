"""Makes JPEG XL files for tests, by the ffmpeg that the product itself runs."""

from __future__ import annotations

import io
import struct
import subprocess

import imageio_ffmpeg
from PIL import Image

SIGNATURE = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
ORIENTATION_BIT = 17  # in the heads that `turned` can change


def encode(picture: Image.Image, *options: str, profile: bytes | None = None, codec: str = "libjxl") -> bytes:
    """The bare code of a picture; ``options`` are ffmpeg's, before the encoder's."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **({"icc_profile": profile} if profile else {}))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "png_pipe", "-i", "-", *options]
    command += ["-frames:v", "1", "-c:v", codec, "-distance", "0.5", "-f", "image2pipe", "-"]
    return subprocess.run(command, input=buffer.getvalue(), stdout=subprocess.PIPE, check=True).stdout


def turned(picture: Image.Image, orientation: int) -> bytes:
    """A code whose head says that it is turned; of a picture of 480 x 320."""
    code = encode(picture, codec="libjxl_anim")
    bits = int.from_bytes(code[2:], "little") & ~(7 << ORIENTATION_BIT) | orientation - 1 << ORIENTATION_BIT
    return code[:2] + bits.to_bytes(len(code) - 2, "little")


def boxed(code: bytes, *, exif: bytes = b"", xmp: bytes = b"", parts: int = 1) -> bytes:
    """The code in boxes, whole or in parts."""
    found = SIGNATURE + _box(b"ftyp", b"jxl \0\0\0\0jxl ")
    if exif:
        found += _box(b"Exif", bytes(4) + exif)
    if xmp:
        found += _box(b"xml ", xmp)
    if parts == 1:
        return found + _box(b"jxlc", code)
    length = -(-len(code) // parts)
    for number in range(parts):
        index = number | (number == parts - 1) << 31
        part = code[number * length : (number + 1) * length]
        found += _box(b"jxlp", struct.pack(">I", index) + part)
    return found


def _box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload
