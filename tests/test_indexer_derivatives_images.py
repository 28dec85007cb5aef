"""Previews and thumbnails of stills: size, turn, colour, transparency, damage, bombs."""

from __future__ import annotations

import io
import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageFile, ImageStat

from indexer.derivatives.files import find
from indexer.derivatives.images import PictureTooLarge, PictureUnreadable
from indexer.derivatives.makers import make
from indexer.identify import identify
from tests import photos, samples
from tests.photos import BLUE, GREEN, RED, WHITE, Shot

Colour = tuple[int, ...]


def derivatives_of(folder: Path, content: bytes) -> tuple[Image.Image, Image.Image]:
    """(preview, thumbnail) of these bytes."""
    original = folder / "original"
    original.write_bytes(content)
    make(original, identify(io.BytesIO(content)), folder / "derivatives")
    return opened(folder / "derivatives", "preview"), opened(folder / "derivatives", "thumbnail")


def opened(folder: Path, derivative: str) -> Image.Image:
    found = find(folder, derivative)
    assert found is not None
    path, mime = found
    image = Image.open(path)
    assert Image.MIME[image.format or ""] == mime
    image.load()
    return image


def encoded(image: Image.Image, encoder: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, encoder, **options)
    return buffer.getvalue()


def is_near(colour: object, expected: Colour, most: int = 30) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(one - other) <= most for one, other in zip(colour[:3], expected, strict=True))


def corners(image: Image.Image) -> list[object]:
    """Top left, top right, bottom left, bottom right."""
    width, height = image.size
    picture = image.convert("RGB")
    return [picture.getpixel((round(x * width), round(y * height))) for y in (0.2, 0.8) for x in (0.2, 0.8)]


def assert_upright(image: Image.Image) -> None:
    for colour, expected in zip(corners(image), (RED, GREEN, BLUE, WHITE), strict=True):
        assert is_near(colour, expected), (colour, expected)


@pytest.mark.parametrize(
    ("size", "preview_size", "thumbnail_size"),
    [
        ((64, 48), (64, 48), (64, 48)),
        ((300, 200), (300, 200), (256, 171)),
        ((4000, 3000), (1600, 1200), (256, 192)),
        ((1601, 3), (1600, 3), (256, 1)),
        ((20, 3200), (10, 1600), (2, 256)),
    ],
)
def test_sizes(
    size: tuple[int, int], preview_size: tuple[int, int], thumbnail_size: tuple[int, int], tmp_path: Path
) -> None:
    preview, thumbnail = derivatives_of(tmp_path, photos.jpeg(Shot(size=size)))
    assert (preview.size, thumbnail.size) == (preview_size, thumbnail_size)
    assert (preview.format, thumbnail.format) == ("JPEG", "WEBP")


@pytest.mark.parametrize(
    "maker",
    [
        photos.jpeg,
        photos.png,
        photos.webp,
        photos.tiff,
        photos.gif,
        photos.bmp,
        photos.heic,
        photos.avif,
    ],
    ids=lambda maker: maker.__name__,
)
def test_every_format_and_no_second_frame(maker: Callable[[Shot], bytes], tmp_path: Path) -> None:
    preview, thumbnail = derivatives_of(tmp_path, maker(Shot(size=(400, 300))))
    assert_upright(preview)
    assert_upright(thumbnail)
    assert thumbnail.size == (256, 192)


# To stand upright when turned by its orientation, the stored picture is turned the other way.
STORED: dict[int, Image.Transpose | None] = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def profile_bytes(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()  # type: ignore[arg-type]


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("profile", [None, "sRGB", "LAB"])
@pytest.mark.parametrize("orientation", STORED)
def test_orientations_with_and_without_a_profile(
    encoder: str, profile: str | None, orientation: int, tmp_path: Path
) -> None:
    turn = STORED[orientation]
    picture = photos.quarters((400, 300))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"icc_profile": profile_bytes(profile)} if profile else {}
    stored = picture if turn is None else picture.transpose(turn)
    for image in derivatives_of(tmp_path, encoded(stored, encoder, exif=exif.tobytes(), **options)):
        assert_upright(image)
        assert image.width > image.height


@samples.needs_samples
def test_orientation_samples_look_alike(tmp_path: Path) -> None:
    pictures = []
    for number in range(1, 9):
        folder = tmp_path / str(number)
        folder.mkdir()
        content = samples.named(f"orientation/landscape_{number}.jpg").file.read_bytes()
        pictures.append(derivatives_of(folder, content)[1].convert("RGB"))
    for picture in pictures[1:]:
        # Each carries its own number in the middle; the rest is the same scene.
        difference = ImageStat.Stat(ImageChops.difference(pictures[0], picture))
        assert max(difference.mean) < 12
    mirrored = pictures[0].transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert max(ImageStat.Stat(ImageChops.difference(pictures[0], mirrored)).mean) > 24


def test_derivatives_carry_no_metadata(tmp_path: Path) -> None:
    shot = Shot(make="Canon", gps=(47.0, 8.0), orientation=6)
    content = encoded(
        Image.open(io.BytesIO(photos.jpeg(shot))),
        "JPEG",
        exif=Image.open(io.BytesIO(photos.jpeg(shot))).getexif(),
        comment=b"private",
        icc_profile=profile_bytes("sRGB"),
    )
    for image in derivatives_of(tmp_path, content):
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)


def colour_after(folder: Path, image: Image.Image, encoder: str, **options: object) -> object:
    preview, _ = derivatives_of(folder, encoded(image, encoder, **options))
    return preview.convert("RGB").getpixel((preview.width // 2, preview.height // 2))


def test_a_wide_gamut_profile_is_applied(tmp_path: Path) -> None:
    # A profile whose red and green are exchanged shows as exchanged colours.
    srgb = bytearray(profile_bytes("sRGB"))
    red, green = srgb.index(b"rXYZ"), srgb.index(b"gXYZ")
    srgb[red : red + 4], srgb[green : green + 4] = b"gXYZ", b"rXYZ"
    odd = bytes(srgb).replace("sRGB".encode("utf-16-be"), "odd!".encode("utf-16-be"))
    colour = colour_after(tmp_path, Image.new("RGB", (64, 64), (255, 0, 0)), "PNG", icc_profile=odd)
    assert is_near(colour, (0, 255, 0))


@pytest.mark.parametrize(
    ("image", "encoder", "options", "expected"),
    [
        (Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", {}, (255, 0, 0)),
        (Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "TIFF", {}, (255, 0, 0)),
        (Image.new("L", (64, 64), 200), "JPEG", {}, (200, 200, 200)),
        (Image.new("1", (64, 64), 1), "PNG", {}, (255, 255, 255)),
        (Image.new("I;16", (64, 64), 0x8000), "PNG", {}, (128, 128, 128)),
        (Image.new("I;16", (2000, 2000), 0xFFFF), "TIFF", {}, (255, 255, 255)),
        (Image.new("RGB", (64, 64), (200, 30, 30)).quantize(4), "PNG", {}, (200, 30, 30)),
        (Image.new("RGB", (64, 64), (200, 30, 30)), "PNG", {"icc_profile": b"junk"}, (200, 30, 30)),
        (Image.new("L", (64, 64), 99), "PNG", {"icc_profile": profile_bytes("LAB")}, (99, 99, 99)),
    ],
    ids=[
        "cmyk jpeg",
        "cmyk tiff",
        "grey",
        "1 bit",
        "16 bit",
        "large 16 bit",
        "palette",
        "junk",
        "wrong space",
    ],
)
def test_colours(
    image: Image.Image, encoder: str, options: dict[str, object], expected: Colour, tmp_path: Path
) -> None:
    assert is_near(colour_after(tmp_path, image, encoder, **options), expected, most=6)


@samples.needs_samples
@pytest.mark.parametrize("path", ["jpeg/pil_sample_cmyk.jpg", "other-images/tiff_strip_cmyk_jpeg.tif"])
def test_cmyk_samples_are_no_negatives(path: str, tmp_path: Path) -> None:
    preview, _ = derivatives_of(tmp_path, samples.named(path).file.read_bytes())
    assert is_near(preview.convert("RGB").getpixel((90, 10)), (0, 0, 0))  # red letters on black
    red, green, blue = ImageStat.Stat(preview.convert("RGB")).mean
    assert red > 2 * max(green, blue)


@pytest.mark.parametrize(
    ("mode", "encoder"),
    [("RGBA", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGBA", "WEBP"), ("RGBA", "GIF"), ("RGBA", "TIFF")],
)
def test_transparency_is_kept(mode: str, encoder: str, tmp_path: Path) -> None:
    image = Image.new("RGBA", (400, 400), (90, 90, 90, 255))
    image.paste((0, 0, 0, 0), (0, 0, 400, 200))
    for picture in derivatives_of(tmp_path, encoded(image.convert(mode), encoder)):
        assert (picture.format, picture.mode) == ("WEBP", "RGBA")
        above, below = (picture.getpixel((picture.width // 2, y)) for y in (10, picture.height - 10))
        assert isinstance(above, tuple)
        assert isinstance(below, tuple)
        assert (above[3], below[3]) == (0, 255)


def test_unused_transparency_is_dropped(tmp_path: Path) -> None:
    preview, _ = derivatives_of(tmp_path, encoded(photos.quarters((64, 48)).convert("RGBA"), "PNG"))
    assert preview.format == "JPEG"


def test_a_cut_jpeg_shows_what_is_there(tmp_path: Path) -> None:
    content = photos.jpeg(Shot(size=(800, 600)))
    preview, _ = derivatives_of(tmp_path, content[: len(content) * 2 // 3])
    assert is_near(preview.convert("RGB").getpixel((200, 100)), RED)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


@pytest.mark.parametrize(
    "content",
    [photos.jpeg()[:12], photos.png()[:40], photos.heic()[:200], photos.gif()[:9], photos.bmp()[:30]],
    ids=["jpeg", "png", "heic", "gif", "bmp"],
)
def test_rubbish_is_refused_in_words_without_paths(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(
        PictureUnreadable, match=r"^The picture is damaged or not understood \(.*\)\.$"
    ) as caught:
        derivatives_of(tmp_path, content)
    assert str(tmp_path) not in str(caught.value)
    assert not (tmp_path / "derivatives").exists()


def test_formats_beyond_the_list_are_not_tried(tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.write_bytes(encoded(photos.quarters((64, 48)), "PPM"))
    with pytest.raises(PictureUnreadable):
        make(original, identify(io.BytesIO(photos.jpeg())), tmp_path / "derivatives")


def _refuse_bomb(path: Path, folder: Path, send: Callable[[tuple[str, float, int]], None]) -> None:
    with path.open("rb") as file:
        media = identify(file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    try:
        make(path, media, folder)
    except PictureTooLarge as error:
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        send((str(error), time.process_time() - start, after - before))


@samples.needs_samples
@pytest.mark.parametrize(
    "path",
    [
        "generated/bombs/bomb_60000x60000_1bit.png",
        "generated/bombs/bomb_16383x16383.webp",
        "broken/decompression_bomb.gif",
        "special/giant-image.jpg",
    ],
)
def test_bombs_are_refused_quickly_and_in_little_memory(path: str, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_refuse_bomb, args=(samples.named(path).file, tmp_path, sender.send))
    process.start()
    process.join(60)
    assert receiver.poll(), "it was not refused as too large"
    reason, seconds, grown_kib = receiver.recv()
    assert reason == "The picture has more than 256 megapixels."
    assert seconds < 1
    assert grown_kib < 100_000
    assert list(tmp_path.iterdir()) == []
