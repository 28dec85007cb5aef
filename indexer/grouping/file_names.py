"""What a file's name says about its relatives: the base that it shares with them, and its role among them.

Cameras, phones and programs name related files by habits of their own. Each habit is one named rule here;
a name alone never groups anything (see `indexer.grouping.shots`), it only says who may be asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath


class Role(StrEnum):
    PLAIN = "plain"  # as the camera named it
    EDIT = "edit"  # a program's or a phone's later version
    COPY = "copy"  # the same once more, under a name that a file manager made up
    SIDECAR = "sidecar"  # notes or a small picture beside it, never a picture of its own


@dataclass(frozen=True, slots=True)
class Stem:
    """``base`` is in lower case. ``owner`` is the full name that a side file was made for, if it tells."""

    base: str
    role: Role = Role.PLAIN
    rule: str = "same name"
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    """``pattern`` matches the name without its extension; its group "base" is what relatives share."""

    name: str
    pattern: re.Pattern[str]
    role: Role
    base: str = r"\g<base>"


# What Google Photos appends to the name of an edited picture, in the languages that were seen.
GOOGLE_EDITED = (
    "edited|bearbeitet|modifié|modifie|editado|editada|bewerkt|modificato|redigeret|redigerad|redigert|muokattu|"
    "edytowane|upraveno|düzenlendi|編集済み|已修改|изменено"
)

_SIDECAR_EXTENSIONS = frozenset({".xmp", ".aae", ".thm", ".wav"})

# "20240101_120000(0)" is Samsung's next picture of the same second, no copy of the first.
_RULES: tuple[_Rule, ...] = (
    _Rule(
        "Pixel's parts of one picture",
        re.compile(r"(?P<base>PXL_\d{8}_\d{9})(?:~\d+)?(?:\.[A-Z0-9_-]+)+", re.IGNORECASE),
        Role.PLAIN,
    ),
    _Rule(
        "Apple's edited version",
        re.compile(r"IMG_E(?P<base>\d{4,5})", re.IGNORECASE),
        Role.EDIT,
        r"img_\g<base>",
    ),
    _Rule(
        "Apple's notes on the original",
        re.compile(r"IMG_O(?P<base>\d{4,5})", re.IGNORECASE),
        Role.SIDECAR,
        r"img_\g<base>",
    ),
    _Rule(
        "Lightroom's version",
        re.compile(r"(?P<base>.+?)(?:-(?:Edit|HDR|Pano|Enhanced(?:-[A-Z]+)*))+(?:-\d{1,2})?", re.IGNORECASE),
        Role.EDIT,
    ),
    _Rule(
        "Google's edited version",
        # The number of a repeated name stands behind all; the original has it, too.
        re.compile(rf"(?P<base>.+?)(?:-(?:{GOOGLE_EDITED})(?:\(\d{{1,2}}\))?|~\d+)", re.IGNORECASE),
        Role.EDIT,
    ),
    _Rule("a numbered version", re.compile(r"(?P<base>.*[A-Za-z_]\d{3,})-\d{1,2}"), Role.EDIT),
    _Rule(
        "a copy", re.compile(r"(?P<base>.+?)(?: - Copy| copy)(?: \(?\d{1,2}\)?)?", re.IGNORECASE), Role.COPY
    ),
    _Rule("a numbered copy", re.compile(r"(?P<base>.*[^\d ]|.*[A-Za-z_]\d{3,5}) ?\(\d{1,2}\)"), Role.COPY),
)


def read(name: str) -> Stem:
    """What the last part of a path says; never fails."""
    path = PurePosixPath(name)
    if path.suffix.lower() in _SIDECAR_EXTENSIONS:
        inner = PurePosixPath(path.stem)
        stem = _by_rules(inner.stem if _looks_like_extension(inner.suffix) else path.stem)
        owner = path.stem.lower() if _looks_like_extension(inner.suffix) else None
        return Stem(stem.base, Role.SIDECAR, stem.rule, owner)
    return _by_rules(path.stem)


def is_counter(base: str) -> bool:
    """Whether a base is a camera's own counting ("dsc_0042"), so that another one is another exposure."""
    return _COUNTER.fullmatch(base) is not None


_COUNTER = re.compile(r"[a-z_]{2,5}\d{4,6}|\d{3}_\d{4}|p\d{7}")


def _by_rules(stem: str) -> Stem:
    for rule in _RULES:
        if match := rule.pattern.fullmatch(stem):
            return Stem(match.expand(rule.base).lower(), rule.role, rule.name)
    return Stem(stem.lower())


def _looks_like_extension(suffix: str) -> bool:
    return 3 <= len(suffix) <= 5 and suffix[1:].isalnum() and not suffix[1:].isdigit()
