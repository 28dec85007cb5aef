"""The commands that look after a data folder: ``photocloud status``, ``verify`` and ``rebuild``.

The library is imported by the commands themselves: ``--help`` should not wait.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from davserver.commands.console import DONE, PARTLY, password, report, shown, size

if TYPE_CHECKING:
    from indexer.catalog import Catalog
    from indexer.model import Person, Status
    from indexer.rebuild import Rebuilt
    from indexer.verification import Damaged


def status(parsed: argparse.Namespace, settings: Settings) -> int:
    """Counts, queue, failures, disk."""
    from davserver.core import open_core
    from indexer import snapshots

    with open_core(settings) as core:
        people = [(person, core.library.status(person.id)) for person in core.accounts.list()]
        available_bytes = core.staging.available_bytes()
        days = snapshots.taken(core.folder)
    newest = days[0].isoformat() if days else None
    lines = [
        f"Data folder {settings.data}: {size(available_bytes)} free for uploads",
        f"Newest snapshot of the catalog: {newest or 'none yet'}",
        *(_status_line(person, numbers) for person, numbers in people),
    ]
    document = {
        "data": str(settings.data),
        "available_bytes": available_bytes,
        "newest_snapshot": newest,
        "users": [_status_row(person, numbers) for person, numbers in people],
    }
    report(parsed, document, "\n".join(lines))
    return DONE


def _status_line(person: Person, numbers: Status) -> str:
    queue = numbers.queue
    return (
        f"{person.name}: {numbers.items:,} items, {size(numbers.originals.size_bytes)}; "
        f"{numbers.duplicates.count:,} duplicates avoided; {queue.pending + queue.running:,} being prepared, "
        f"{queue.failed:,} failed"
    )


def _status_row(person: Person, numbers: Status) -> dict[str, Any]:
    return {
        "name": person.name,
        "items": numbers.items,
        "originals": {"count": numbers.originals.count, "bytes": numbers.originals.size_bytes},
        "duplicates": {"count": numbers.duplicates.count, "bytes": numbers.duplicates.size_bytes},
        "queue": {
            "pending": numbers.queue.pending,
            "running": numbers.queue.running,
            "failed": numbers.queue.failed,
        },
        "grouping": {"pending": numbers.ungrouped},
        "tending": {"pending": numbers.stale_days},
        "television": {"pending": numbers.for_televisions},
    }


def verify(parsed: argparse.Namespace, settings: Settings) -> int:
    """Re-hash every original; exit code 3 when some are damaged."""
    from davserver.commands.progress import progress
    from davserver.core import open_core
    from indexer import verification

    with open_core(settings) as core, progress("Verifying originals", quiet=parsed.json) as note:
        found = verification.verify(core.catalog, core.originals, note)
    rows = _damaged_rows(found.damaged)
    verdict = f"{len(rows):,} damaged" if rows else "all intact"
    lines = [
        *_damaged_lines(found.damaged),
        f"{_originals(found.checked)}, {size(found.size_bytes)}: {verdict}.",
    ]
    report(parsed, {"checked": found.checked, "bytes": found.size_bytes, "damaged": rows}, "\n".join(lines))
    return PARTLY if rows else DONE


def rebuild(parsed: argparse.Namespace, settings: Settings) -> int:
    """Make the index anew; exit code 3 when originals are missing or damaged."""
    from davserver.commands.progress import progress
    from indexer.data_folder import DataFolder
    from indexer.rebuild import rebuild as make_anew

    owner = _owner_maker(parsed.owner, password(parsed, parsed.owner)) if parsed.owner else None
    snapshot = Path(parsed.snapshot) if parsed.snapshot else None
    folder = DataFolder(settings.data)
    folder.prepare()
    with folder.held(), progress("Looking at the originals", quiet=parsed.json) as note:
        rebuilt = make_anew(folder, time.time(), note, snapshot=snapshot, owner=owner)
    report(parsed, _rebuilt_row(rebuilt), "\n".join(_rebuilt_lines(rebuilt)))
    return PARTLY if rebuilt.damaged else DONE


def _owner_maker(name: str, secret: str) -> Callable[[Catalog], object]:
    from indexer.accounts import Accounts

    return lambda catalog: Accounts(catalog.people, catalog.devices).add(name, secret)


def _rebuilt_row(rebuilt: Rebuilt) -> dict[str, Any]:
    return {
        "basis": rebuilt.basis,
        "source": str(rebuilt.source) if rebuilt.source else None,
        "kept": str(rebuilt.aside) if rebuilt.aside else None,
        "items": rebuilt.items,
        "originals": rebuilt.originals,
        "recovered": [
            {"sha256": one.sha256, "user": one.user, "path": one.path} for one in rebuilt.recovered
        ],
        "damaged": _damaged_rows(rebuilt.damaged),
    }


def _rebuilt_lines(rebuilt: Rebuilt) -> list[str]:
    lines = [*_damaged_lines(rebuilt.damaged), *_basis_lines(rebuilt)]
    for user, count in Counter(one.user for one in rebuilt.recovered).items():
        lines.append(f"{_originals(count)} in no list: given to {user}, in the folder Recovered of Upload.")
    if rebuilt.aside:
        lines.append(f"The catalog that was there is kept as {rebuilt.aside}.")
    waiting = "1 item is" if rebuilt.items == 1 else f"{rebuilt.items:,} items are"
    lines.append(f"{waiting} read again as soon as the server runs; meanwhile they show what was known.")
    return lines


def _basis_lines(rebuilt: Rebuilt) -> list[str]:
    from indexer.rebuild import Basis

    if rebuilt.basis is Basis.CATALOG:
        return ["Accounts, names and favourites are those of the catalog."]
    if rebuilt.basis is Basis.SNAPSHOT:
        return [
            f"Accounts, names and favourites are those of the snapshot {rebuilt.source}.",
            "Passwords and devices are as they were then: change or revoke again what was changed since.",
        ]
    return [
        "No catalog and no snapshot could be read: the owner's is the only account now.",
        "Create the others anew; the names under which files were copied, and favourites, are lost.",
    ]


def _damaged_rows(damaged: tuple[Damaged, ...]) -> list[dict[str, Any]]:
    return [{"sha256": one.sha256, "damage": one.damage, "names": list(one.names)} for one in damaged]


def _damaged_lines(damaged: tuple[Damaged, ...]) -> list[str]:
    return [f"{one.sha256} {one.damage} ({shown(', '.join(one.names)) or 'no name'})" for one in damaged]


def _originals(count: int) -> str:
    return "1 original" if count == 1 else f"{count:,} originals"
