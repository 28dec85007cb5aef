"""Which files of a folder lie beside others to tell about them, and what they tell, whoever wrote them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexer import names
from indexer.importing import apple_export, takeout
from indexer.importing.albums import ToldAlbum, joined
from indexer.importing.folders import Source
from indexer.importing.told import Told
from indexer.metadata.texts import clean_text


@dataclass(frozen=True, slots=True)
class Beside:
    """What was told of files, and the albums."""

    told: dict[Path, Told]
    albums: tuple[ToldAlbum, ...]


@dataclass(slots=True)
class _Folder:
    """``lone`` are JSON files that belong to no file of their folder."""

    place: Path
    media: list[str]
    told: dict[Path, Told] = field(default_factory=dict)
    lone: list[str] = field(default_factory=list)


def beside(sources: Iterable[Source]) -> Beside:
    """What the files that lie beside others say about them."""
    by_folder: dict[Path, list[str]] = {}
    for source in sources:
        by_folder.setdefault(source.place.parent, []).append(source.place.name)
    folders = [_beside(folder, members) for folder, members in by_folder.items()]
    told = {place: what for folder in folders for place, what in folder.told.items()}
    return Beside(told, joined((*_of_google(folders, told), *_of_apple(folders, by_folder))))


def _beside(folder: Path, members: list[str]) -> _Folder:
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
    pairs = takeout.pair(media, sidecars) if sidecars else {}
    for name, sidecar in pairs.items():
        if what := takeout.read(folder / sidecar, name):
            told[folder / name] = what
    return _Folder(folder, media, told, sorted(set(sidecars) - set(pairs.values())))


def _of_google(folders: list[_Folder], told: dict[Path, Told]) -> Iterator[ToldAlbum]:
    """A folder with a JSON file that names an album is that album.

    Of some files an album has nothing but the sidecar: they lie in the folder of their year.
    """
    elsewhere: dict[tuple[str, float | None], Path] | None = None
    for folder in folders:
        said = {name: found for name in folder.lone if (found := takeout.load(folder.place / name))}
        title = next((title for name in said if (title := takeout.album_title(said[name], name))), None)
        if title is None:
            continue
        elsewhere = _by_name_and_time(told) if elsewhere is None else elsewhere
        lent = (elsewhere.get(identity) for one in said.values() if (identity := _identity(one)))
        places = [folder.place / name for name in folder.media if not names.is_junk(name)]
        key = f"{takeout.SOURCE}/{folder.place.name}/{title}"
        yield ToldAlbum(key, title, (*places, *(place for place in lent if place)))


def _by_name_and_time(told: dict[Path, Told]) -> dict[tuple[str, float | None], Path]:
    return {
        (what.name or place.name, what.hint.taken_at): place
        for place, what in sorted(told.items(), reverse=True)
        if what.hint and what.hint.source == takeout.SOURCE
    }


def _identity(said: dict[str, object]) -> tuple[str, float | None] | None:
    """By which a sidecar finds its file in another folder: the name and the time that it was taken."""
    title = said.get("title")
    what = takeout.parse(said, title) if isinstance(title, str) else None
    return (str(title), what.hint.taken_at) if what and what.hint and what.hint.taken_at else None


def _of_apple(folders: list[_Folder], by_folder: dict[Path, list[str]]) -> Iterator[ToldAlbum]:
    """A list in a folder "Albums" names files of the folders beside that one; else it names the only
    file of this name."""
    lists = [
        folder / name
        for folder in by_folder
        for name in by_folder[folder]
        if apple_export.is_album(folder / name)
    ]
    if not lists:
        return
    places: defaultdict[str, list[Path]] = defaultdict(list)
    for folder in folders:
        for name in folder.media:
            places[name].append(folder.place / name)
    for place in lists:
        found = [
            _nearest(place.parent.parent, places[name])
            for name in apple_export.read_album(place)
            if name in places
        ]
        title = clean_text(place.stem)
        if title and (files := tuple(one for one in found if one)):
            yield ToldAlbum(f"{apple_export.SOURCE}/{title}", title, files, is_ordered=True)


def _nearest(part: Path, places: list[Path]) -> Path | None:
    """Of files with one name that of the same part of the export; None where that does not tell."""
    near = [place for place in places if place.is_relative_to(part)]
    fitting = near or places
    return fitting[0] if len(fitting) == 1 else None
