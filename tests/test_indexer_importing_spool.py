"""An import's own staging folder: swept after a crash, left alone while it is in use."""

from __future__ import annotations

import os

from indexer import maintenance
from indexer.hashing import Announced
from indexer.importing import spool
from tests.libraries import Home


def test_a_starting_server_leaves_a_running_import_alone(home: Home) -> None:
    with spool.spooled(home.intake) as intake:
        with intake.begin(home.alice, "a.jpg", Announced(1)) as incoming:
            incoming.write(b"a")
            maintenance.sweep_staging(home.intake)
            spool.sweep(home.intake)
            assert incoming.finish().path.exists()
        assert home.staged() == [intake.staging.folder]
    assert home.staged() == []


def test_what_a_crashed_import_left_is_swept(home: Home) -> None:
    left = home.intake.staging.folder / "import-left"
    left.mkdir()
    (left / "in-use").touch()
    (left / "half").write_bytes(b"half")
    linked = home.intake.originals.root / "ab" / "cd" / ("0" * 64)
    linked.parent.mkdir(parents=True)
    os.link(left / "half", linked)
    spool.sweep(home.intake)
    assert home.staged() == []
