"""The path of a request as text, or a reason why it can be none. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")


class BadPath(Exception):
    """The path cannot be decoded, or leads out of what it names; ``str()`` says how."""


def decoded_path(path_info: str) -> str:
    """The path as text; raises BadPath for one that no share or page can have.

    ``path_info`` is WSGI's: percent-decoded bytes, shown as Latin-1.
    """
    try:
        path = path_info.encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise BadPath("The address is not valid UTF-8.") from None
    if _UNPRINTABLE.search(path):
        raise BadPath("The address contains a control character.")
    if any(part in (".", "..") for part in path.split("/")):
        raise BadPath("The address contains '.' or '..'.")
    return path


def check_query(query_string: str) -> None:
    """Raise BadPath for a query that is not UTF-8 when decoded."""
    try:
        unquote_to_bytes(query_string.encode("latin-1", "replace")).decode("utf-8")
    except UnicodeError:
        raise BadPath("The query of the address is not valid UTF-8.") from None
