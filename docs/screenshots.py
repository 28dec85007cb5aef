"""Makes the pictures of the README: a real server, invented photos, a real browser.

Run it as ``make screenshots``. The landscapes are drawn here, so that no picture in the documentation
belongs to anybody else.
"""

from __future__ import annotations

import io
import math
import random
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter
from PIL.ExifTags import IFD, Base
from selenium.webdriver.common.by import By

from tests.browser import Browser
from tests.server_process import ServerProcess, add_account

IMAGES = Path(__file__).resolve().parent / "images"
SIZE = (1200, 900)
DAYS = (("2026:08:14", 9), ("2026:08:13", 5), ("2026:07:26", 8), ("2026:05:02", 3), ("2026:04:19", 6))
# Sky at the top, sky at the horizon, the nearest hill.
MOODS = (
    ((38, 66, 132), (250, 178, 120), (22, 38, 52)),
    ((92, 160, 226), (226, 240, 250), (38, 92, 60)),
    ((250, 140, 110), (255, 220, 160), (84, 44, 74)),
    ((20, 28, 62), (96, 92, 150), (12, 16, 34)),
    ((130, 190, 210), (250, 236, 206), (92, 108, 60)),
)


def main() -> None:
    """Draw, serve, photograph."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        add_account(data)
        server = ServerProcess(data)
        server.start()
        try:
            copy_photos(server)
            photograph(server, Path(folder))
        finally:
            server.stop()


def copy_photos(server: ServerProcess) -> None:
    with server.client() as dav:
        number = 1000
        for day, count in DAYS:
            for position in range(count):
                number += 1
                dav.put(f"/Upload/DSC_{number}.JPG", landscape(number, f"{day} {9 + position:02d}:12:40"))
    server.wait_idle()


def photograph(server: ServerProcess, folder: Path) -> None:
    browser = Browser(folder / "profile", folder)
    try:
        browser.driver.get(server.url)
        browser.fill(user=server.user, password=server.password)
        browser.wait_for("a.tile-picture", count=sum(count for _, count in DAYS))
        browser.show_as(1280, 800)
        browser.picture(IMAGES / "timeline.png")
        upload(browser, server, folder)
    finally:
        browser.driver.quit()


def upload(browser: Browser, server: ServerProcess, folder: Path) -> None:
    """The upload page with a card that was dropped on it."""
    card = folder / "card/DCIM/100_INV"
    card.mkdir(parents=True)
    for number in range(1040, 1080):
        (card / f"DSC_{number}.JPG").write_bytes(landscape(number, "2026:08:15 10:00:00"))
    browser.driver.get(f"{server.url}upload")
    browser.wait_for(".picker")
    browser.drop(card.parent)
    browser.wait(lambda: "in your library" in browser.text(".upload-title"))
    browser.wait(lambda: len(browser.driver.find_elements(By.CSS_SELECTOR, ".upload-strip img")) >= 12)
    browser.picture(IMAGES / "upload.png")


def landscape(seed: int, taken: str) -> bytes:
    """A JPEG of hills under a sky, different for each ``seed``, dated ``taken``."""
    dice = random.Random(seed)
    high, low, near = dice.choice(MOODS)
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for y in range(SIZE[1]):
        draw.line([(0, y), (SIZE[0], y)], fill=blend(high, low, min(1.0, y / (SIZE[1] * 0.7))))
    sun = (dice.randrange(200, 1000), dice.randrange(150, 480), dice.randrange(40, 90))
    draw.ellipse(circle(*sun), fill=blend(low, (255, 255, 245), 0.7))
    image = image.filter(ImageFilter.GaussianBlur(3))
    for distance in range(5, 0, -1):
        hill(image, dice, blend(near, low, distance / 6), SIZE[1] * (0.95 - distance * 0.09))
    return encoded(image, taken)


def hill(image: Image.Image, dice: random.Random, colour: tuple[int, ...], height: float) -> None:
    waves = [(dice.uniform(0.5, 4), dice.uniform(0, 6.3), dice.uniform(8, 46)) for _ in range(4)]
    ridge = [
        (x, height + sum(size * math.sin(count * x / 190 + shift) for count, shift, size in waves))
        for x in range(0, SIZE[0] + 5, 5)
    ]
    ImageDraw.Draw(image).polygon([(0, SIZE[1]), *ridge, (SIZE[0], SIZE[1])], fill=colour)


def blend(one: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def circle(x: int, y: int, radius: int) -> tuple[int, int, int, int]:
    return x - radius, y - radius, x + radius, y + radius


def encoded(image: Image.Image, taken: str) -> bytes:
    exif = Image.Exif()
    exif[Base.Make] = "Invented"
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = taken
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88, exif=exif)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
