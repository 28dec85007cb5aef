"""The error tree: drawn as it is, and every error words itself."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from indexer import errors
from indexer.errors import LibraryError

CLASSES = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, LibraryError)]
RAISED = [each for each in CLASSES if not each.__subclasses__()]
EXAMPLES: dict[str, object] = {
    "folder": Path("/data"), "file": Path("/data/a"), "derivative": "preview", "state": "pending",
}  # fmt: skip


def drawn() -> list[tuple[str, str]]:
    """(class, base) as the docstring draws them, three columns to a level."""
    found: list[tuple[str, str]] = []
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.fullmatch(r"([| ]*)(?:[|`]- )?([A-Z]\w+)(?:  .*)?", line)
        if match and hasattr(errors, match[2]):
            depth = len(line[: match.start(2)]) // 3
            found.append((match[2], path[depth - 1] if depth else "Exception"))
            path[depth:] = [match[2]]
    return found


def test_the_tree_is_drawn_as_it_is() -> None:
    assert sorted(drawn()) == sorted((each.__name__, each.__bases__[0].__name__) for each in CLASSES)


@pytest.mark.parametrize("kind", RAISED)
def test_every_error_is_a_sentence(kind: type[LibraryError]) -> None:
    wanted = inspect.signature(kind.__init__).parameters if "__init__" in vars(kind) else {}
    sentence = str(kind(*(EXAMPLES.get(name, 7) for name in list(wanted)[1:])))
    assert re.fullmatch(r"[A-Z/].*\.", sentence)


def test_what_faces_read() -> None:
    assert errors.TooManyAttempts(30).retry_after_s == 30
    assert errors.NoDerivative("preview", "pending").state == "pending"
    assert str(errors.NoDerivative("preview", "pending")) != str(errors.NoDerivative("preview", "ready"))
