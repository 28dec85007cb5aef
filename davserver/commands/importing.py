"""The commands about folders on the server's own disks: ``photocloud import`` and ``photocloud check``.

The library is imported by the commands themselves: ``--help`` should not wait.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings
from davserver.commands.console import DONE, PARTLY, USAGE, complain, report, shown, size

if TYPE_CHECKING:
    from indexer.importing.check import Checked
    from indexer.importing.importer import Imported


def bring(parsed: argparse.Namespace, settings: Settings) -> int:
    """Bring a folder in, through the intake of every door; it is never changed. May run beside a server."""
    from davserver.commands.progress import progress
    from davserver.core import open_core
    from indexer.importing import spool
    from indexer.importing.importer import Importer
    from indexer.intake import Intake
    from indexer.store import Store

    folder = Path(parsed.folder)
    if refusal := _refusal(folder, settings.data):
        return complain(refusal, USAGE)
    with open_core(settings) as core, progress("Importing files", quiet=parsed.json) as note:
        person = core.accounts.require(parsed.user)
        # A running worker looks for new work by itself every few seconds.
        intake = Intake(core.staging, core.originals, Store(core.folder.junk), core.catalog, lambda: None)
        spool.sweep(intake)
        with spool.spooled(intake) as spooled:
            done = Importer(spooled, person.id).run(folder, note)
    _report_import(parsed, done)
    return PARTLY if done.failed else DONE


def check(parsed: argparse.Namespace, settings: Settings) -> int:
    """Which files of a folder are held, by their bytes; changes nothing."""
    from davserver.commands.progress import progress
    from davserver.core import open_core
    from indexer.importing.check import check_folder

    folder = Path(parsed.folder)
    if not folder.is_dir():
        return complain(f"There is no folder {shown(str(folder))}.", USAGE)
    with open_core(settings) as core, progress("Checking files", quiet=parsed.json) as note:
        person = core.accounts.require(parsed.user)
        done = check_folder(core.library, person.id, folder, note)
    _report_check(parsed, done)
    return PARTLY if done.missing or done.failed else DONE


def _refusal(folder: Path, data: Path) -> str | None:
    if not folder.is_dir():
        return f"There is no folder {shown(str(folder))}."
    inside, outside = folder.resolve(), data.resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        return "The data folder cannot be imported into itself; name a folder without it."
    return None


def _report_import(parsed: argparse.Namespace, done: Imported) -> None:
    from indexer.receipt import FileOutcome

    document = {
        **{str(outcome): number for outcome, number in done.counts.items()},
        "bytes": done.size_bytes,
        "described_beside": done.hinted,
        "albums": done.albums,
        "links_left_alone": done.links,
        "failures": _failures(done.failed),
    }
    counts = done.counts
    lines = [f"{shown(place)}: {reason}" for place, reason in done.failed]
    lines.append(
        f"{sum(counts.values()):,} files, {size(done.size_bytes)}: {counts[FileOutcome.NEW]:,} new, "
        f"{counts[FileOutcome.HELD]:,} already here, {counts[FileOutcome.JUNK]:,} junk, "
        f"{counts[FileOutcome.EMPTY]:,} empty, {len(done.failed):,} failed."
    )
    if done.hinted:
        lines.append(f"{done.hinted:,} were described by files beside them.")
    if done.albums:
        lines.append(f"{done.albums:,} albums were made or have got something new.")
    if done.links:
        lines.append(f"{done.links:,} links were left alone.")
    report(parsed, document, "\n".join(lines))


def _report_check(parsed: argparse.Namespace, done: Checked) -> None:
    document = {
        "held": done.held,
        "missing": list(done.missing),
        "ignored": done.ignored,
        "failures": _failures(done.failed),
    }
    lines = [f"{shown(place)}: not here" for place in done.missing]
    lines += [f"{shown(place)}: {reason}" for place, reason in done.failed]
    verdict = "All files are held." if not (done.missing or done.failed) else "Not all files are held."
    lines.append(
        f"{verdict} {done.held:,} held, {len(done.missing):,} not here, {len(done.failed):,} could not be "
        f"read, {done.ignored:,} empty or junk."
    )
    report(parsed, document, "\n".join(lines))


def _failures(failed: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"file": place, "reason": reason} for place, reason in failed]
