"""Makes the derivatives of a still picture: preview and thumbnail from a single decode.

Runs in a worker process with limits on memory and time: the picture may be hostile. The order of
operations matters: shrink while decoding (cheap), then colour, then rotation by the orientation that
was read before, because colour conversion loses the EXIF.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import pillow_heif
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from indexer.derivatives import colours, jpegxl, stills
from indexer.derivatives.stills import (
    MOST_PIXELS,
    PREVIEW_PX,
    PictureTooLarge,
    PictureUnreadable,
    Size,
)
from indexer.jpegxl import read_head
from indexer.model import MediaType

# Pillow knows some fifty formats, most of them without use to us and some with a history of holes.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")
HEIF_MIMES = frozenset({"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"})
MOST_EMPTY_FRAMES = 8
HEAD_BYTES = 1 << 16
# A box of ISO/IEC 14496-12; a chunk of PNG 3, which is four bytes long.
_CODE_POINTS = {"AVIF": (b"colrnclx", ">HH"), "PNG": (b"\0\0\0\x04cICP", ">BB")}

Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns above this and refuses above twice this
pillow_heif.options.AUX_IMAGES = False  # gain maps and depth are no pictures
pillow_heif.options.DEPTH_IMAGES = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture in a mode of `colours.smooth`, with what is still to be done to it."""

    image: Image.Image
    profile: bytes | None
    orientation: int = 1


Made = TypeVar("Made")


def make_stills(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> str:
    """Write preview and thumbnail, upright, in sRGB, never larger than the original; returns the thumbhash.

    ``turn_deg`` is as in `stills.write`. A cut file gives the part that is there. Raises PictureTooLarge,
    PictureUnreadable, and OSError when the disk fails.
    """
    return stills.write(upright(original, media, PREVIEW_PX), folder, turn_deg)


def make_full(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> None:
    """Write the whole picture as a JPEG, upright, in sRGB, for those who cannot open the original.

    What is transparent becomes white. Raises as `make_stills` does.
    """
    stills.write_full(upright(original, media, None), folder, turn_deg)


def upright(original: Path, media: MediaType, longest_px: int | None) -> Image.Image:
    """The picture in sRGB, fitted into a square if one is given. Raises as `make_stills` does."""
    if media.mime == jpegxl.MIME:
        return finished(decode(io.BytesIO(jpegxl.to_png(original, media, longest_px)), longest_px))
    with original.open("rb") as file:
        if _is_heif(file, media):
            return finished(_safely(_decode_heif, file, longest_px))
        return finished(decode(file, longest_px))


def pixels_at_once(original: Path, media: MediaType, longest_px: int | None) -> int:
    """How many pixels `upright` has in memory at once, by the picture's head; 0 where that is broken."""
    try:
        with original.open("rb") as file:
            if media.mime == jpegxl.MIME:
                head = read_head(file)
                return head.width * head.height if head else 0
            return _safely(_count_heif if _is_heif(file, media) else _count_plain, file, longest_px)
    except (PictureTooLarge, PictureUnreadable):
        return 0


def _count_heif(file: BinaryIO, _longest_px: int | None) -> int:
    width, height = _primary(file).size
    return int(width * height)


def _count_plain(file: BinaryIO, longest_px: int | None) -> int:
    """A JPEG is shrunk while it is decoded; of a progressive one, all that is stored comes first."""
    with Image.open(file, formats=FORMATS) as image:
        stored = image.width * image.height
        if longest_px is None or image.info.get("progressive"):
            return stored
        image.draft(None, stills.fitted(image.size, longest_px))
        return image.width * image.height


def finished(decoded: Decoded) -> Image.Image:
    """In sRGB, and upright."""
    return stills.turned(colours.to_srgb(decoded.image, decoded.profile), decoded.orientation)


def decode(file: BinaryIO, longest_px: int | None) -> Decoded:
    """A picture in one of `FORMATS`: strictly, and once more leniently if it is damaged."""
    try:
        return _safely(_decode_plain, file, longest_px)
    except PictureUnreadable:
        ImageFile.LOAD_TRUNCATED_IMAGES = True  # a global of Pillow; this process has a single thread
    try:
        return _safely(_decode_plain, file, longest_px)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _safely(decoder: Callable[[BinaryIO, int | None], Made], file: BinaryIO, longest_px: int | None) -> Made:
    """Decoders fail with errors of every class; here they become sentences."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks about odd files are no news to anyone
            return decoder(file, longest_px)
    except (MemoryError, PictureTooLarge):
        raise
    except Image.DecompressionBombError as error:
        raise PictureTooLarge from error
    except UnidentifiedImageError as error:  # its own text names the file on the server
        raise PictureUnreadable("its header makes no sense") from error
    except Exception as error:
        raise PictureUnreadable(str(error) or type(error).__name__) from error


def _decode_plain(file: BinaryIO, longest_px: int | None) -> Decoded:
    with Image.open(file, formats=FORMATS) as image:
        longest = longest_px or max(image.size)
        profile = image.info.get("icc_profile") or _profile_by_mark(image, file)
        if getattr(image, "is_animated", False) and image.format != "MPO":  # JPEGs hide nothing
            _seek_visible(image)
        # JPEG is decoded at a fraction of its size, for which it wants a size of the same shape.
        image.draft(None, stills.fitted(image.size, longest))
        image.load()
        shrunk = stills.shrunk(image.size, _rows_of(image), longest)
        # TIFF comes out of its decoder upright, and says so only now.
        return Decoded(shrunk, profile, _orientation(image))


def _rows_of(image: Image.Image) -> Callable[[int, int], Image.Image]:
    def cut(top: int, bottom: int) -> Image.Image:
        is_whole = bottom - top == image.height
        return image if is_whole else image.crop((0, top, image.width, bottom))

    return cut


def _seek_visible(image: Image.Image) -> None:
    """Go to the first frame of an animation that shows something: some begin with an empty one."""
    for number in range(1, MOST_EMPTY_FRAMES):
        if image.convert("RGBA").getchannel("A").getbbox():
            return
        try:
            image.seek(number)
        except EOFError:
            return


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - broken EXIF never prevents a picture
        return 1


def _profile_by_mark(image: Image.Image, file: BinaryIO) -> bytes | None:
    """The profile that an AVIF, a PNG or a JPEG names instead of including it."""
    if image.format in _CODE_POINTS:
        return _named_in_head(file, *_CODE_POINTS[image.format])
    if image.format in ("JPEG", "MPO") and _is_adobe_rgb(image):
        return colours.adobe_rgb()
    return None


def _named_in_head(file: BinaryIO, mark: bytes, layout: str) -> bytes | None:
    """By the code points after a mark in the file's head."""
    position = file.tell()
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(position)
    found = head.find(mark)
    if found < 0 or len(head) < found + len(mark) + struct.calcsize(layout):
        return None
    primaries, transfer = struct.unpack_from(layout, head, found + len(mark))
    return colours.named_profile(primaries, transfer)


def _is_adobe_rgb(image: Image.Image) -> bool:
    """By the rule of DCF 2.0: interoperability index R03."""
    try:
        interop = image.getexif().get_ifd(ExifTags.IFD.Interop)
    except Exception:  # noqa: BLE001 - broken EXIF never prevents a picture
        return False
    return str(interop.get(ExifTags.Interop.InteropIndex, "")).startswith("R03")


def _is_heif(file: BinaryIO, media: MediaType) -> bool:
    """Some AVIF files call themselves HEIF first, and AVIF further on in the same box."""
    file.seek(0)
    return media.mime in HEIF_MIMES and b"avif" not in file.read(64)


def _decode_heif(file: BinaryIO, longest_px: int | None) -> Decoded:
    picture = _primary(file)
    # Shape, colours and depth are settled by the container; the pixels come out upright.
    pixels, size = picture.data, picture.size
    shrunk = stills.shrunk(size, _rows_of_heif(picture, pixels), longest_px or max(size))
    return Decoded(shrunk, _heif_profile(picture))


def _primary(file: BinaryIO) -> Any:
    heif = pillow_heif.open_heif(file, convert_hdr_to_8bit=True)
    picture = heif[heif.primary_index]
    if picture.size[0] * picture.size[1] > MOST_PIXELS:
        raise PictureTooLarge
    return picture


def _rows_of_heif(picture: Any, pixels: Any) -> Callable[[int, int], Image.Image]:
    """A view of the decoder's own memory: a copy of 200 megapixels would take 800 MB."""
    rows: Any = memoryview(pixels)
    stride, width, mode = picture.stride, picture.size[0], picture.mode

    def cut(top: int, bottom: int) -> Image.Image:
        size: Size = (width, bottom - top)
        return Image.frombuffer(mode, size, rows[top * stride : bottom * stride], "raw", mode, stride, 1)

    return cut


def _heif_profile(picture: Any) -> bytes | None:
    if profile := picture.info.get("icc_profile"):
        return bytes(profile)
    named = picture.info.get("nclx_profile")
    if not named:
        return None
    return colours.named_profile(named["color_primaries"], named["transfer_characteristics"])
