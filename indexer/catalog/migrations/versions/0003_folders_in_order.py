"""Folders are listed in order from the index: without the path in it, SQLite walked a person's whole tree."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("entry_of_folder", table_name="entry")
    op.create_index("entry_in_folder", "entry", ["person_id", "folder", "path"])
