"""The frontend's own tests (`npm test`), and that its lock file pins content and not addresses."""

from __future__ import annotations

import json

import pytest

from tests.programs import require, run
from tests.server_process import ROOT


@pytest.mark.parametrize("file", ["frontend.test.js", "upload/upload.test.js"])
def test_pure_parts(file: str) -> None:
    require("node")
    output = run("node", "--test", f"webui/frontend/{file}", cwd=ROOT)
    assert "fail 0" in output


def test_lock_has_digests_and_no_addresses() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert "http" not in json.dumps([entry.get("resolved", "") for entry in packages.values()])
