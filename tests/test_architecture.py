"""The rules that no single module can keep: imports, docstrings, mirrored tests, links that resolve."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server_process import ROOT

PACKAGES = ("config", "davserver", "indexer", "webui")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("**/*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

MIGRATIONS = "indexer/catalog/migrations/versions"
# Modules without a test file of their own name, and the tests that prove them.
PROVED_BY = {
    "davserver/__main__.py": "tests/server/test_commands.py",
    "davserver/application.py": "tests/server/test_processes.py",
    "davserver/nextcloud/chunks.py": "tests/server/test_nextcloud.py",
    "davserver/cli.py": "tests/server/test_commands.py",
    "davserver/commands/console.py": "tests/server/test_commands.py",
    "davserver/core.py": "tests/server/test_commands.py",
    "davserver/methods/dav_request.py": "tests/server/test_litmus.py",
    "davserver/http/exchange.py": "tests/test_davserver_server.py",
    "davserver/methods/files.py": "tests/server/test_curl.py",
    "davserver/methods/folders.py": "tests/server/test_litmus.py",
    "davserver/commands/importing.py": "tests/server/test_import.py",
    "davserver/library_share.py": "tests/server/test_library_share.py",
    "davserver/methods/locking.py": "tests/server/test_litmus.py",
    "davserver/locks.py": "tests/server/test_explorer.py",
    "davserver/commands/people.py": "tests/server/test_devices.py",
    "davserver/quiet.py": "tests/server/test_habits.py",
    "davserver/read_only.py": "tests/server/test_root.py",
    "davserver/receipt_texts.py": "tests/server/test_receipts.py",
    "davserver/root.py": "tests/server/test_root.py",
    "davserver/stored_file.py": "tests/server/test_library_share.py",
    "davserver/commands/upkeep.py": "tests/server/test_commands.py",
    "davserver/upload_share.py": "tests/server/test_finder.py",
    "davserver/webdav.py": "tests/server/test_litmus.py",
    "davserver/wsgi.py": "tests/server/test_nextcloud.py",
    "indexer/catalog/__init__.py": "tests/test_indexer_catalog_database.py",
    "indexer/catalog/ledger.py": "tests/test_indexer_memories.py",
    "indexer/catalog/aspects.py": "tests/test_indexer_tending.py",
    "indexer/catalog/clocks.py": "tests/test_webui_memories.py",
    "indexer/catalog/damage.py": "tests/test_indexer_receipts_copies.py",
    "indexer/catalog/decisions.py": "tests/test_indexer_catalog_regrouping.py",
    "indexer/catalog/gathering.py": "tests/test_indexer_receipts_copies.py",
    "indexer/catalog/group_tables.py": "tests/test_indexer_catalog_regrouping.py",
    "indexer/catalog/groups.py": "tests/test_indexer_catalog_regrouping.py",
    "indexer/catalog/hints.py": "tests/test_indexer_metadata_hints.py",
    "indexer/catalog/leftovers.py": "tests/test_indexer_receipts_copies.py",
    "indexer/catalog/library_names.py": "tests/test_indexer_catalog_items.py",
    "indexer/catalog/memories.py": "tests/test_indexer_memories.py",
    "indexer/catalog/memory_tables.py": "tests/test_indexer_catalog_migrations.py",
    "indexer/catalog/mishaps.py": "tests/test_indexer_receipts_copies.py",
    "indexer/catalog/outcomes.py": "tests/test_indexer_catalog_items.py",
    "indexer/catalog/own_words.py": "tests/test_webui_memories.py",
    "indexer/catalog/paths.py": "tests/test_indexer_catalog_regrouping.py",
    "indexer/catalog/preferences.py": "tests/test_indexer_catalog_regrouping.py",
    "indexer/catalog/receipt_tables.py": "tests/test_indexer_receipts_copies.py",
    "indexer/catalog/receipts.py": "tests/test_indexer_receipts_copies.py",
    "indexer/catalog/tv_names.py": "tests/test_indexer_catalog_tv.py",
    "indexer/clocks.py": "tests/test_webui_memories.py",
    "indexer/derivatives/makers.py": "tests/test_indexer_derivatives_images.py",
    "indexer/derivatives/television.py": "tests/test_indexer_catalog_tv.py",
    "indexer/groups.py": "tests/test_webui_groups.py",
    "indexer/growth.py": "tests/test_indexer_resumable.py",
    "indexer/importing/apple_export.py": "tests/test_indexer_importing_importer.py",
    "indexer/importing/beside.py": "tests/test_indexer_importing_importer.py",
    "indexer/importing/check.py": "tests/test_indexer_importing_importer.py",
    "indexer/importing/told.py": "tests/test_indexer_importing_importer.py",
    "indexer/ledger.py": "tests/test_webui_groups.py",
    "indexer/metadata/containers.py": "tests/test_indexer_metadata_stills.py",
    "indexer/metadata/exif.py": "tests/test_indexer_metadata_stills.py",
    "indexer/metadata/findings.py": "tests/test_indexer_metadata_stills.py",
    "indexer/metadata/readers.py": "tests/test_indexer_metadata_stills.py",
    "indexer/metadata/xmp.py": "tests/test_indexer_metadata_stills.py",
    "indexer/moments.py": "tests/test_indexer_tending.py",
    "indexer/own_words.py": "tests/test_webui_memories.py",
    "webui/clocks.py": "tests/test_webui_memories.py",
    "webui/collections.py": "tests/test_webui_memories.py",
    "webui/openapi/__init__.py": "tests/test_webui_openapi.py",
    "webui/openapi/account.py": "tests/test_webui_openapi.py",
    "webui/openapi/collections.py": "tests/test_webui_openapi.py",
    "webui/openapi/groups.py": "tests/test_webui_openapi.py",
    "webui/openapi/items.py": "tests/test_webui_openapi.py",
    "webui/openapi/receipts.py": "tests/test_webui_openapi.py",
    "webui/openapi/status.py": "tests/test_webui_openapi.py",
    "webui/openapi/uploads.py": "tests/test_webui_openapi.py",
    "webui/openapi/words.py": "tests/test_webui_openapi.py",
    "webui/own_words.py": "tests/test_webui_memories.py",
    "webui/receipt_json.py": "tests/test_webui_receipts.py",
    "webui/uploads.py": "tests/server/test_tus.py",
    f"{MIGRATIONS}/0001_first_tables.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0002_devices_and_checksums.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0003_folders_in_order.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0004_transfers.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0005_details_and_recipes.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0006_resumable_uploads.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0007_receipts.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0008_hints.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0009_memories.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0010_groups.py": "tests/test_indexer_catalog_migrations.py",
    f"{MIGRATIONS}/0011_claims.py": "tests/test_indexer_catalog_migrations.py",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def is_only_words(path: Path) -> bool:
    """True for a module that holds a docstring and nothing to run."""
    return all(isinstance(node, ast.Expr | ast.ImportFrom | ast.Import) for node in tree(path).body)


def test_imports_keep_their_contracts() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), f"{path} opens without a docstring"


@pytest.mark.parametrize("path", [path for path in SOURCES if not is_only_words(path)], ids=name_of)
def test_every_module_has_a_test(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    mirrored = "tests/test_" + "_".join(part for part in parts if part != "__init__") + ".py"
    proof = PROVED_BY.get(name_of(path), mirrored)
    assert (ROOT / proof).is_file(), f"{name_of(path)} has neither {mirrored} nor a line in PROVED_BY"


def test_the_exceptions_name_what_is_there() -> None:
    assert [module for module in PROVED_BY if not (ROOT / module).is_file()] == []


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_no_test_is_left_uncollected(path: Path) -> None:
    """pytest collects test_*.py, classes named Test* and functions named test_*; a near miss never runs."""
    classes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    for node in classes:
        has_tests = any(isinstance(part, ast.FunctionDef) and part.name[:5] == "test_" for part in node.body)
        assert not (has_tests or node.name.endswith("Test")) or node.name.startswith("Test"), node.name
    functions = [node for node in tree(path).body if isinstance(node, ast.FunctionDef)]
    assert path.name.startswith("test_") or not any(node.name.startswith("test_") for node in functions)
    names = [node.name for node in functions]
    assert len(set(names)) == len(names), "two tests share a name: only the last would run"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_relative_links_resolve(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:|#", target):
            assert (path.parent / target.partition("#")[0]).exists(), f"{path.name} links to {target}"
