"""Makes text of strangers fit to be kept and shown: what databases, JSON and file names can all hold."""

from __future__ import annotations

import re

LONGEST_WORD = 200
LONGEST_STORY = 2000

# What cameras write where a person's description belongs, in lower case.
DEFAULTS = frozenset(
    {
        "casio computer co.,ltd.",
        "default",
        "digital camera",
        "exif_jpeg_picture",
        "jpeg",
        "konica minolta digital camera",
        "minolta digital camera",
        "olympus digital camera",
        "pentax digital camera",
        "ricoh digital camera",
        "samsung",
        "samsung camera pictures",
        "sony dsc",
    }
)
# "<Digimax S500 / Kenox S500>"; the names of scenes of Huawei: "dav", "oznor", "hdrpl"; the file's own name
_ALSO_DEFAULT = re.compile(
    r"<[^>]*>|cof|dav|edf|fbt|hdr|hdrpl|mde|nor|oznor\w*|rbt|rhdr|rpt\w*|sdr"
    r"|(?:[A-Za-z]:)?[\\/\w]*DCIM[\\/].*|DCP?\d{4,}\w?|P\d{6}|Processed with \w+.*",
    re.ASCII,
)


def clean_text(value: str | bytes, most: int = LONGEST_WORD) -> str | None:
    """Printable text up to the first NUL, in one line and cut to ``most`` letters; None when blank."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    line = " ".join(text.split("\x00", 1)[0].split())
    kept = "".join(letter for letter in line if letter.isprintable())
    return kept.strip()[:most] or None


def written_by_people(value: str | bytes | None) -> str | None:
    """A title or description; None where a camera filled the field by itself."""
    text = clean_text(value, LONGEST_STORY) if value else None
    if text is None or text.lower() in DEFAULTS or _ALSO_DEFAULT.fullmatch(text):
        return None
    return text
