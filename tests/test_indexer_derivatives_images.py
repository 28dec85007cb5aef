"""Previews and thumbnails of stills: size, turn, colour, transparency, damage, bombs."""

from __future__ import annotations

import io
import multiprocessing
import resource
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageCms, ImageFile, ImageStat

from indexer.derivatives import colours, images, makers
from indexer.derivatives.files import find
from indexer.derivatives.makers import make
from indexer.derivatives.stills import PictureTooLarge, PictureUnreadable
from indexer.errors import LibraryError
from indexer.identify import identify
from indexer.model import Kind
from tests import photos, samples
from tests.likeness import ssim, worst_error
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


def scene(size: tuple[int, int] = (480, 320)) -> Image.Image:
    """Something to see everywhere: soft colours, an edge, and no symmetry."""
    red = Image.linear_gradient("L").resize(size)
    green = Image.radial_gradient("L").resize(size)
    blue = red.transpose(Image.Transpose.ROTATE_90).resize(size)
    picture = Image.merge("RGB", (red, green, blue))
    picture.paste((240, 240, 240), (size[0] // 8, size[1] // 8, size[0] // 3, size[1] // 4))
    return picture


@pytest.mark.parametrize("encoder", ["JPEG", "HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_every_orientation_shows_the_same_picture(encoder: str, orientation: int, tmp_path: Path) -> None:
    turn = STORED[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = scene() if turn is None else scene().transpose(turn)
    content = encoded(stored, encoder, exif=exif.tobytes(), quality=95)
    preview, thumbnail = derivatives_of(tmp_path, content)
    assert ssim(preview, scene()) > 0.97
    assert ssim(thumbnail, scene().resize(thumbnail.size, Image.Resampling.LANCZOS)) > 0.95


def wide(profile: bytes) -> Image.Image:
    """The scene in the colours of another profile."""
    picture = ImageCms.profileToProfile(scene(), ImageCms.createProfile("sRGB"), io.BytesIO(profile))
    assert picture is not None
    picture.info.clear()  # it names its profile there, and encoders would write it
    return picture


# As much as an encoder can keep of the colours.
FINE: dict[str, dict[str, object]] = {
    "AVIF": {"subsampling": "4:4:4", "speed": 8},
    "HEIF": {"chroma": "444"},
    "WEBP": {"lossless": True},
}
P3 = colours.matrix_profile(colours.DISPLAY_P3, lambda code: code**2.2)


@pytest.mark.parametrize("encoder", ["JPEG", "HEIF", "AVIF", "PNG", "WEBP", "TIFF"])
def test_display_p3_shows_the_colours_that_were_meant(encoder: str, tmp_path: Path) -> None:
    content = encoded(wide(P3), encoder, icc_profile=P3, quality=95, **FINE.get(encoder, {}))
    preview, _ = derivatives_of(tmp_path, content)
    assert ssim(preview, scene()) > 0.96
    assert worst_error(preview, scene()) < worst_error(wide(P3), scene()) / 3


@pytest.mark.parametrize("mark", ["R03", "R98"])
def test_adobe_rgb_without_a_profile_is_known_by_its_mark(mark: str, tmp_path: Path) -> None:
    stored = wide(colours.adobe_rgb())
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 0xFFFF
    exif.get_ifd(0x8769)[0xA005] = {1: mark}
    preview, _ = derivatives_of(tmp_path, encoded(stored, "JPEG", exif=exif.tobytes(), quality=95))
    meant, other = (scene(), stored) if mark == "R03" else (stored, scene())
    assert worst_error(preview, meant) < worst_error(preview, other) / 3


@pytest.mark.parametrize("encoder", ["HEIF", "AVIF"])
@pytest.mark.parametrize("primaries", [1, 12])
def test_colours_named_by_code_points(encoder: str, primaries: int, tmp_path: Path) -> None:
    srgb_curve = colours.named_profile(12, 13)
    assert srgb_curve
    stored = wide(srgb_curve) if primaries == 12 else scene()
    content = bytearray(encoded(stored, encoder, quality=95, **FINE[encoder]))
    at = content.index(b"colrnclx") + 8
    content[at : at + 4] = bytes((0, primaries, 0, 13))
    preview, _ = derivatives_of(tmp_path, bytes(content))
    assert ssim(preview, scene()) > 0.96
    assert worst_error(preview, scene()) < max(12, worst_error(stored, scene()) / 2)


def test_ten_bits_of_depth(tmp_path: Path) -> None:
    deep = struct.pack(f"<{480 * 320 * 3}H", *(level * 257 for level in scene().tobytes()))
    buffer = io.BytesIO()
    pillow_heif.encode("RGB;16", (480, 320), deep, buffer, quality=95, chroma="444")
    assert pillow_heif.open_heif(buffer, convert_hdr_to_8bit=False)[0].info["bit_depth"] in (10, 12)
    preview, _ = derivatives_of(tmp_path, buffer.getvalue())
    assert ssim(preview, scene()) > 0.97


def profile_bytes(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()  # type: ignore[arg-type]


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
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


@pytest.mark.parametrize("encoder", ["PNG", "WEBP", "GIF"])
def test_an_animation_that_begins_empty_shows_its_first_visible_frame(encoder: str, tmp_path: Path) -> None:
    empty = Image.new("RGBA", (400, 300))
    frames = [photos.quarters((400, 300)).convert("RGBA"), Image.new("RGBA", (400, 300), "black")]
    content = encoded(empty, encoder, save_all=True, append_images=frames, duration=100)
    preview, _ = derivatives_of(tmp_path, content)
    assert_upright(preview)


def test_a_picture_with_others_behind_it_is_decoded_at_a_fraction_of_its_size_as_well(tmp_path: Path) -> None:
    """Gain maps and second views make an MPO of the JPEGs of many telephones and cameras."""
    first, second = (photos.quarters((3200, 2400), seed) for seed in (1, 2))
    file = tmp_path / "a.jpg"
    first.save(file, "MPO", save_all=True, append_images=[second])
    first.save(tmp_path / "plain.jpg")
    times = []
    for name in ("a.jpg", "plain.jpg"):
        with (tmp_path / name).open("rb") as opened:
            begun = time.process_time()
            shown = images.decode(opened, 400).image
            times.append(time.process_time() - begun)
        assert ssim(shown, first.resize((400, 300))) > 0.95
    assert times[0] < 2 * times[1] + 0.01, times


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


@pytest.mark.parametrize("maker", [photos.jpeg, photos.png, photos.heic, photos.avif])
def test_full_size_is_the_whole_picture_as_a_jpeg(maker: Callable[[Shot], bytes], tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.write_bytes(maker(Shot(size=(2400, 1800), make="Canon", gps=(47.0, 8.0))))
    with original.open("rb") as file:
        images.make_full(original, identify(file), tmp_path / "derivatives")
    full = opened(tmp_path / "derivatives", "full")
    assert (full.format, full.size) == ("JPEG", (2400, 1800))
    assert_upright(full)
    assert "exif" not in full.info


@pytest.mark.parametrize("encoder", ["TIFF", "BMP", "HEIF"])
def test_headers_that_claim_too_much_are_refused(encoder: str, tmp_path: Path) -> None:
    content = encoded(Image.new("RGB", (1000, 1000)), encoder)
    order = "big" if encoder == "HEIF" else "little"
    width, height = (1000).to_bytes(4, order), (1000).to_bytes(4, order)  # type: ignore[arg-type]
    claimed = (60_000).to_bytes(4, order)  # type: ignore[arg-type]
    with pytest.raises((PictureTooLarge, PictureUnreadable)):
        derivatives_of(tmp_path, content.replace(width, claimed).replace(height, claimed))
    assert not (tmp_path / "derivatives").exists()


@samples.needs_samples
@pytest.mark.parametrize(
    "sample", [one for one in samples.load() if one.kind in ("image", "broken")], ids=str
)
def test_samples(sample: samples.Sample, tmp_path: Path) -> None:
    with sample.file.open("rb") as file:
        media = identify(file)
    try:
        is_made = bool(makers.make(sample.file, media, tmp_path))
    except LibraryError:
        assert sample.accepted & {"reject-cleanly", "no-thumbnail"}
        assert list(tmp_path.iterdir()) == []
        return
    if media.kind is not Kind.IMAGE:
        return
    assert is_made
    assert "thumbnail" in sample.accepted
    assert sample.width
    assert sample.height
    for derivative, longest in (("preview", 1600), ("thumbnail", 256)):
        width, height = opened(tmp_path, derivative).size
        assert max(width, height) == min(longest, max(sample.width, sample.height))
        assert width / height == pytest.approx(sample.width / sample.height, rel=1.2 / min(width, height))


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
