"""The tables: nothing of one person's is reached without naming that person, and text sorts as time."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from indexer.catalog.tables import UNKNOWN_TIME, Base

TABLES = list(Base.metadata.tables.values())
SHARED = {"person", "original", "setting", "gathered", "damage"}
# Found by a token or a number, then checked.
BY_SECRET = {
    "session",
    "dav_lock",
    "upload",
    "job",
    "device",
    "resumable",
    "receipt",
    "mishap",
    "arrangement",
    "regrouping",
}
PARTS_OF = {"receipt_file": "receipt"}  # whose it is stands in the row that it is a part of


@pytest.mark.parametrize(
    "table", [each for each in TABLES if each.name not in SHARED | PARTS_OF.keys()], ids=str
)
def test_rows_belong_to_a_person(table: sa.Table) -> None:
    assert not table.columns["person_id"].nullable
    assert {key.target_fullname for key in table.columns["person_id"].foreign_keys} == {"person.id"}
    first = next(iter(table.primary_key.columns)).name
    assert first == "person_id" or table.name in BY_SECRET


@pytest.mark.parametrize(("part", "whole"), PARTS_OF.items())
def test_parts_go_with_their_whole(part: str, whole: str) -> None:
    keys = [key for key in Base.metadata.tables[part].foreign_keys if key.column.table.name == whole]
    assert [key.ondelete for key in keys] == ["CASCADE"]
    assert keys[0].parent.primary_key


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_both_databases_can_hold_them(table: sa.Table) -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        assert table.name in str(CreateTable(table).compile(dialect=dialect))


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_sizes_pass_four_gigabytes(table: sa.Table) -> None:
    sizes = [column for column in table.columns if column.name.endswith("_bytes")]
    assert all(isinstance(column.type, sa.BigInteger) for column in sizes)


def test_times_of_capture_sort_as_text() -> None:
    times = [
        "2024-05-17T18:30:01",
        "2024-05-17T18:30:01.25",
        "2024-05-17T18:30:02",
        "2025-01-01T00:00:00",
        UNKNOWN_TIME,
    ]
    assert sorted(times) == times
