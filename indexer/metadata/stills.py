"""The reader of still pictures: container, EXIF and XMP put together."""

from __future__ import annotations

import io
import logging
import warnings
from pathlib import Path
from typing import BinaryIO

from indexer.metadata.containers import Container, open_container
from indexer.metadata.exif import Exif, read_exif
from indexer.metadata.findings import Findings
from indexer.metadata.xmp import Xmp, read_xmp
from indexer.model import MediaType

TURNED = frozenset({5, 6, 7, 8})  # orientations that exchange width and height

_log = logging.getLogger(__name__)


def read_still(original: Path, media: MediaType) -> Findings:
    """What a still picture says about itself; broken parts are left out. Raises OSError."""
    with original.open("rb") as file:
        container = _container(file, media)
        exif = _exif(file, media, container)
    xmp = read_xmp(container.xmp) if container.xmp else Xmp()
    width, height = _displayed(container, _orientation(container, exif, xmp))
    return Findings(width, height, exif.recorded + xmp.recorded, exif.camera, exif.position)


def _container(file: BinaryIO, media: MediaType) -> Container:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks about odd files are no news to anyone
            return open_container(file, media)
    except Exception as error:  # noqa: BLE001 - a library's parser gave up; derivatives will tell the owner
        _log.debug("unreadable container: %r", error)
        return Container()


def _exif(file: BinaryIO, media: MediaType, container: Container) -> Exif:
    if media.mime == "image/tiff":  # the whole file is the block
        return read_exif(file)
    return read_exif(io.BytesIO(container.exif)) if container.exif else Exif()


def _orientation(container: Container, exif: Exif, xmp: Xmp) -> int:
    if container.orientation is not None:
        return container.orientation
    return exif.orientation or xmp.orientation or 1


def _displayed(container: Container, orientation: int) -> tuple[int | None, int | None]:
    if orientation in TURNED:
        return container.height, container.width
    return container.width, container.height
