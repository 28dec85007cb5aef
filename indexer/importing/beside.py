"""Which files of a folder lie beside others to tell about them, and what they tell, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from indexer.importing import apple_export, takeout
from indexer.importing.folders import Source
from indexer.importing.told import Told


def beside(sources: Iterable[Source]) -> dict[Path, Told]:
    """What the files that lie beside others say about them."""
    by_folder: dict[Path, list[str]] = {}
    for source in sources:
        by_folder.setdefault(source.place.parent, []).append(source.place.name)
    told: dict[Path, Told] = {}
    for folder, members in by_folder.items():
        told |= _beside(folder, members)
    return told


def _beside(folder: Path, members: list[str]) -> dict[Path, Told]:
    lower = {name: name.lower() for name in members}
    sidecars = [name for name in members if lower[name].endswith(".json")]
    packets = {lower[name].removesuffix(".xmp"): name for name in members if lower[name].endswith(".xmp")}
    media = [name for name in members if not lower[name].endswith((".json", ".xmp", ".aae", ".csv"))]
    told: dict[Path, Told] = {}
    for details in filter(apple_export.is_details, members):
        told |= {folder / name: what for name, what in apple_export.read_details(folder / details).items()}
    for name in media:
        packet = packets.get(lower[name]) or packets.get(lower[name].rpartition(".")[0])
        if packet and (what := apple_export.read_xmp_beside(folder / packet)):
            told[folder / name] = what
    for name, sidecar in takeout.pair(media, sidecars).items() if sidecars else ():
        if what := takeout.read(folder / sidecar, name):
            told[folder / name] = what
    return told
