"""Which files of a folder a person holds, told by their bytes alone; nothing is stored or changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from indexer import names
from indexer.importing.folders import Source, digest_of, open_to_read, walk
from indexer.importing.importer import Note
from indexer.library import Library


@dataclass(slots=True)
class Checked:
    """``missing`` are the places of files that are not held, ``failed`` (place, reason) of unreadable ones.

    ``ignored`` counts empty files and the junk of operating systems, which are never originals.
    """

    held: int = 0
    missing: list[str] = field(default_factory=list)
    ignored: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


def check_folder(library: Library, person_id: int, folder: Path, note: Note) -> Checked:
    """Hash every regular file below a folder and look each up."""
    found = walk(folder)
    done = Checked(failed=[(str(source.place), reason) for source, reason in found.unreadable])
    for number, source in enumerate(found.sources, start=1):
        try:
            _check(library, person_id, source, done)
        except OSError as error:
            done.failed.append((str(source.place), error.strerror or str(error)))
        note(number, len(found.sources))
    return done


def _check(library: Library, person_id: int, source: Source, done: Checked) -> None:
    with open_to_read(source.place) as file:
        if names.is_junk(source.path) or not os.fstat(file.fileno()).st_size:
            done.ignored += 1
            return
        sha256 = digest_of(file)
    if library.held(person_id, [sha256]):
        done.held += 1
    else:
        done.missing.append(str(source.place))
