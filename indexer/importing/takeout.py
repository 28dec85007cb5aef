"""Google Takeout: which JSON file belongs to which picture, and what it says.

Google cuts the names of both to 46 or so characters, each in its own way, puts the number of a repeated
name in different places, and gives edited pictures and the clips of Live Photos none of their own. The
pairing is pure: names in, pairs out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from indexer import names
from indexer.errors import BadName
from indexer.grouping.file_names import GOOGLE_EDITED
from indexer.importing.told import Told
from indexer.knowledge import Position
from indexer.metadata.texts import LONGEST_STORY, clean_text
from indexer.model import Hint

SOURCE = "Google Takeout"
LARGEST_BYTES = 1 << 20
_SUPPLEMENT = ".supplemental-metadata"
_CUT_AT = 45
_NUMBERED = re.compile(r"(.+)\((\d{1,4})\)", re.DOTALL)
_EDITED = re.compile(rf"(.+)-(?:{GOOGLE_EDITED})(?:\((\d{{1,4}})\))?", re.IGNORECASE)
# Folders that Google makes of all pictures by itself: a day, or a year in the languages that were seen.
_BY_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?: #\d+)?|(?:photos from|fotos von|photos de|fotos del?|foto del|foto's uit|"
    r"billeder fra|bilder fra|foton från|zdjęcia z) \d{4}",
    re.IGNORECASE,
)
_STILL = re.compile(r"(.+?)\.(?:jpe?g|heic|png|webp|avif|mp\.jpg|dng)(?:\.|$)", re.IGNORECASE)
_MOTION = re.compile(r"(.+?)(?:\.MP|\.COVER|~\d)+", re.IGNORECASE)


def pair(media: Iterable[str], sidecars: Iterable[str]) -> dict[str, str]:
    """Which of the sidecars (names ending in .json) tells of which file of the same folder."""
    known = [(sidecar, *_unnumbered(sidecar[: -len(".json")])) for sidecar in sorted(sidecars)]
    stills = _stills(known)
    return {name: found for name in media if (found := _sidecar_of(name, known, stills))}


def read(place: Path, name: str) -> Told | None:
    """What a sidecar says of the file ``name``; None when it is none, or cannot be understood."""
    said = load(place)
    return parse(said, name) if said is not None else None


def load(place: Path) -> dict[str, Any] | None:
    """The object in a JSON file; None when it is none, or too large for what Google writes."""
    try:
        if place.stat().st_size > LARGEST_BYTES:
            return None
        said = json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def album_title(said: dict[str, Any], name: str) -> str | None:
    """The title that the JSON file ``name`` gives the album of its folder; None where it tells of none.

    It is "metadata.json" in the language of the account, so rather what is in it tells.
    """
    album = _part(said, "albumData") or said
    is_of_album = "photoTakenTime" not in said and ("access" in album or "date" in album)
    title = album.get("title")
    if not (is_of_album or name.lower() == "metadata.json") or not isinstance(title, str):
        return None
    cleaned = clean_text(title)
    return None if cleaned is None or _BY_DATE.fullmatch(cleaned) else cleaned


def parse(said: dict[str, Any], name: str) -> Told | None:
    """The same of what was read; None for the JSON of anything else."""
    if "photoTakenTime" not in said and "geoData" not in said:
        return None
    taken_at = _number(_part(said, "photoTakenTime").get("timestamp"))
    position = _position(_part(said, "geoData")) or _position(_part(said, "geoDataExif"))
    hint = Hint(SOURCE, taken_at, position, None, _description(said.get("description")))
    has_news = taken_at is not None or position or hint.description
    true_name = _true_name(said.get("title"), name)
    return Told(hint if has_news else None, true_name, said.get("favorited") is True)


def _sidecar_of(
    name: str, known: list[tuple[str, str, str]], stills: dict[tuple[str, str], str]
) -> str | None:
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    own, number = _unnumbered(stem)
    if found := _beginning(f"{own}{dot}{extension}", number, known):
        return found
    if edited := _EDITED.fullmatch(stem):
        original, first = _unnumbered(edited[1])
        return _beginning(f"{original}{dot}{extension}", edited[2] or first, known)
    return _of_the_still(own, number, stills)


def _beginning(whole: str, number: str, known: list[tuple[str, str, str]]) -> str | None:
    """The sidecar that is named after the file, in full or cut; the longest name of several."""
    fitting = [
        (len(base), sidecar)
        for sidecar, base, its_number in known
        if its_number == number and _fits(whole, base)
    ]
    return max(fitting)[1] if fitting else None


def _fits(whole: str, base: str) -> bool:
    is_long_enough = len(base) >= min(len(whole), _CUT_AT)
    # Cut names of files lost some of what the sidecar's name still has.
    is_of_cut_file = len(whole) >= _CUT_AT and base.startswith(whole.rpartition(".")[0])
    return is_long_enough and ((whole + _SUPPLEMENT).startswith(base) or is_of_cut_file)


def _stills(known: list[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    """The first sidecar of each picture that clips may belong to: by its name without ending, and number."""
    stills: dict[tuple[str, str], str] = {}
    for sidecar, base, number in known:
        if still := _STILL.match(base):
            stills.setdefault((_MOTION.sub(r"\1", still[1]).lower(), number), sidecar)
    return stills


def _of_the_still(stem: str, number: str, stills: dict[tuple[str, str], str]) -> str | None:
    """The sidecar of the picture that a clip belongs to: the same name with another ending."""
    motion = _MOTION.fullmatch(stem)
    wanted = {stem.lower(), motion[1].lower() if motion else stem.lower()}
    return min((stills[each, number] for each in wanted if (each, number) in stills), default=None)


def _unnumbered(name: str) -> tuple[str, str]:
    found = _NUMBERED.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")


def _true_name(title: Any, name: str) -> str | None:
    """The title, where it is a longer form of the file's own name with the same ending."""
    stem, _, extension = name.rpartition(".")
    if not isinstance(title, str) or title == name or not title.lower().endswith(f".{extension.lower()}"):
        return None
    own = _unnumbered(stem)[0]
    is_longer_form = title.startswith(own) and (len(own) >= _CUT_AT or title == f"{own}.{extension}")
    return title if is_longer_form and _is_name(title) else None


def _is_name(title: str) -> bool:
    with suppress(BadName):
        names.check(title)
        return "/" not in title
    return False


def _position(said: dict[str, Any]) -> Position | None:
    lat, lon = _number(said.get("latitude")), _number(said.get("longitude"))
    if lat is None or lon is None or (lat, lon) == (0.0, 0.0) or abs(lat) > 90 or abs(lon) > 180:
        return None
    return Position(lat, lon, _number(said.get("altitude")) or None)


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _description(value: Any) -> str | None:
    return clean_text(value, LONGEST_STORY) if isinstance(value, str) else None
