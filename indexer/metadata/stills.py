"""The reader of still pictures: container, EXIF, XMP and IPTC put together."""

from __future__ import annotations

import io
import logging
import warnings
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from indexer.knowledge import Camera, Caption, Ties
from indexer.metadata.apple import read_apple_note
from indexer.metadata.containers import Container, open_container
from indexer.metadata.exif import Exif, read_exif
from indexer.metadata.findings import Findings
from indexer.metadata.icc import profile_name
from indexer.metadata.iptc import Iptc, read_iptc
from indexer.metadata.maker_notes import read_maker_note
from indexer.metadata.motion import clip_offset
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
        clip = clip_offset(file, xmp.clip_bytes)
    iptc = read_iptc(container.iptc) if container.iptc else Iptc()
    width, height = _displayed(container, _orientation(container, exif, xmp))
    found = put_together(exif, xmp, iptc)
    return replace(
        found,
        width=width,
        height=height,
        ties=replace(_ties(container, exif, xmp), clip_offset=clip),
        color_space=(profile_name(container.icc) if container.icc else None) or exif.color_space,
    )


def put_together(exif: Exif, xmp: Xmp, iptc: Iptc) -> Findings:
    """The facts of all three: the camera's own words first, for captions those of the newest program."""
    camera = exif.camera
    return Findings(
        recorded=exif.recorded + xmp.recorded + iptc.recorded,
        camera=Camera(camera.make, camera.model, camera.lens or xmp.lens),
        position=exif.position,
        exposure=exif.exposure,
        caption=_merged(xmp.caption, iptc.caption, exif.caption),
        color_space=exif.color_space,
    )


def _merged(*captions: Caption) -> Caption:
    """Each part from the first that has it; the keywords of all."""
    titles = (caption.title for caption in captions)
    descriptions = (caption.description for caption in captions)
    ratings = (caption.rating for caption in captions)
    return Caption(
        next(filter(None, titles), None),
        next(filter(None, descriptions), None),
        tuple(dict.fromkeys(word for caption in captions for word in caption.keywords)),
        next(filter(None, ratings), None),
    )


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


def _ties(container: Container, exif: Exif, xmp: Xmp) -> Ties:
    ties = _noted(container.exif, exif.camera.make) if container.exif else Ties()
    return replace(ties, burst_id=ties.burst_id or xmp.burst_id)


def _noted(block: bytes, make: str | None) -> Ties:
    return read_apple_note(block) if make == "Apple" else read_maker_note(io.BytesIO(block))


def _orientation(container: Container, exif: Exif, xmp: Xmp) -> int:
    if container.orientation is not None:
        return container.orientation
    return exif.orientation or xmp.orientation or 1


def _displayed(container: Container, orientation: int) -> tuple[int | None, int | None]:
    if orientation in TURNED:
        return container.height, container.width
    return container.width, container.height
