"""Makes the preview and the thumbnail of a still picture from a single decode.

Runs in a worker process with limits on memory and time: the picture may be hostile. The order of
operations matters and is that of `_shrink`, `_to_srgb`, `_turn`: shrink while decoding (cheap), then colour,
then rotation by the orientation that was read before, because colour conversion loses the EXIF.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageFile, UnidentifiedImageError

from indexer.derivatives import files
from indexer.derivatives.files import Derivative
from indexer.errors import LibraryError
from indexer.model import MediaType

PREVIEW_PX = 1600
THUMBNAIL_PX = 256
MOST_PIXELS = 256_000_000  # telephones make 200 megapixels; what is larger is a bomb or a poster

# Pillow knows some fifty formats, most of them without use to us and some with a history of holes.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")

TURNS: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns above this and refuses above twice this
_SRGB = ImageCms.createProfile("sRGB")


class PictureTooLarge(LibraryError):
    def __init__(self) -> None:
        super().__init__(f"The picture has more than {MOST_PIXELS // 1_000_000} megapixels.")


class PictureUnreadable(LibraryError):
    def __init__(self, detail: str) -> None:
        super().__init__(f"The picture is damaged or not understood ({detail}).")


def make_stills(original: Path, media: MediaType, folder: Path) -> str | None:
    """Write preview and thumbnail, upright, in sRGB, never larger than the original.

    A cut file gives the part that is there. Raises PictureTooLarge, PictureUnreadable, and OSError
    when the disk fails.
    """
    preview = _decode(original)
    thumbnail = preview.copy()
    thumbnail.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS, reducing_gap=3.0)
    has_alpha = preview.mode == "RGBA"
    encoded = _webp(preview) if has_alpha else _jpeg(preview)
    files.write(folder, Derivative.PREVIEW, ".webp" if has_alpha else ".jpg", encoded)
    files.write(folder, Derivative.THUMBNAIL, ".webp", _webp(thumbnail))
    return None


def _decode(original: Path) -> Image.Image:
    """The upright sRGB picture at preview size: strictly, and once more leniently if it is damaged."""
    try:
        return _upright(original)
    except (Image.DecompressionBombError, PictureTooLarge) as error:
        raise PictureTooLarge from error
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders fail with errors of every class
        return _decode_leniently(original)


def _decode_leniently(original: Path) -> Image.Image:
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # a global of Pillow; this process has a single thread
    try:
        return _upright(original)
    except MemoryError:
        raise
    except UnidentifiedImageError as error:  # its own text names the file on the server
        raise PictureUnreadable("its header makes no sense") from error
    except Exception as error:
        raise PictureUnreadable(str(error) or type(error).__name__) from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _upright(original: Path) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks about odd files are no news to anyone
        with original.open("rb") as file, Image.open(file, formats=FORMATS) as image:
            profile = image.info.get("icc_profile")
            shrunk = _shrink(image)
            # TIFF comes out of its decoder upright, and says so only now.
            orientation = _orientation(image)
            return _turn(_to_srgb(shrunk, profile), orientation)


def _shrink(image: Image.Image) -> Image.Image:
    """At most preview size, in a mode that colour conversion takes: L, RGB, RGBA or CMYK.

    JPEG is decoded at a fraction of its size: `thumbnail` asks the decoder for it, with a box that fits.
    """
    box = (PREVIEW_PX, PREVIEW_PX)
    if image.mode in ("L", "RGB", "CMYK", "RGBA", "YCbCr"):
        image.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=1.0)
        image.load()  # a small picture was not touched so far
        smooth: Image.Image = image
    else:  # the other modes cannot be resized smoothly
        smooth = _smooth_mode(image)
        smooth.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=1.0)
    if smooth.mode == "YCbCr":
        return smooth.convert("RGB")
    if smooth.mode == "RGB" and "transparency" in smooth.info:
        return smooth.convert("RGBA")
    return smooth


def _smooth_mode(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":  # 16 bits of grey, which convert() would clip
        return image.point(lambda level: level * (1 / 256)).convert("L")
    if image.mode in ("1", "F"):
        return image.convert("L")
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    if image.mode in ("P", "PA", "LA", "La", "RGBa"):
        return image.convert("RGBA")
    return image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - broken EXIF never prevents a picture
        return 1


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA in sRGB; a profile that is broken or made for other colours is passed over."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    opaque = image.convert("RGB") if alpha is not None else image
    coloured = _apply_profile(opaque, profile) if profile else opaque
    result = coloured if coloured.mode == "RGB" else coloured.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        result.putalpha(alpha)
    return result


def _apply_profile(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if (source.profile.profile_description or "").startswith("sRGB"):
            return image
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted or image


def _turn(image: Image.Image, orientation: int) -> Image.Image:
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _jpeg(image: Image.Image) -> bytes:
    return _encode(image, "JPEG", quality=82)


def _webp(image: Image.Image) -> bytes:
    return _encode(image, "WEBP", quality=75, method=2)


def _encode(image: Image.Image, encoder: str, **options: int) -> bytes:
    image.info.clear()  # encoders copy comments and profiles from here; a derivative carries none
    buffer = io.BytesIO()
    image.save(buffer, encoder, **options)
    return buffer.getvalue()
