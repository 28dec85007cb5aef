"""Protocol conformance: all five suites of litmus on the Upload share, every test passed, on every front."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.programs import require, run
from tests.server.fronts import Front


@pytest.mark.parametrize("suite", ["basic", "copymove", "props", "locks", "http"])
def test_litmus(front: Front, tmp_path: Path, suite: str) -> None:
    require("litmus")
    said = run(
        *["litmus", "--keep-going", f"{front.url}Upload/", front.server.user, front.server.password],
        cwd=tmp_path,
        extra_environment={"TESTS": suite},
        expect=None,
    )
    summary = re.search(r"of (\d+) tests run: (\d+) passed, 0 failed. 100.0%", said)
    assert summary is not None, said
    assert summary[1] == summary[2]
    # litmus itself leaves out 100-continue over TLS.
    assert "SKIPPED" not in said.replace("SKIPPED (skipping for SSL server)", ""), said
