"""Receipts of copies; what went wrong; originals found damaged. Copies of before this have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("active_at", sa.Double(), nullable=False),
        sa.Column("frozen_at", sa.Double(), nullable=True),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("not_media", sa.Integer(), nullable=False),
        sa.Column("junk", sa.Integer(), nullable=False),
        sa.Column("empty", sa.Integer(), nullable=False),
        sa.Column("incomplete", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("verified", sa.Integer(), nullable=False),
        sa.Column("damaged", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("text_bytes", sa.BigInteger(), nullable=True),
        sa.Column("text_sha256", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "file_name", name="receipt_file_name"),
    )
    op.create_index("receipt_of_person", "receipt", ["person_id", "id"])
    op.create_index("receipt_state", "receipt", ["state"])
    op.create_table(
        "receipt_file",
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("first_at", sa.Double(), nullable=True),
        sa.Column("is_verified", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("receipt_id", "key"),
    )
    op.create_table(
        "mishap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("expected_bytes", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "damage",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("found_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    placeholders = sa.text("type = 'placeholder'")
    op.create_index(
        "entry_placeholder", "entry", ["person_id", "path"],
        sqlite_where=placeholders, postgresql_where=placeholders,
    )  # fmt: skip
    op.create_table(
        "gathered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO gathered (id, upload_id) SELECT 1, coalesce(max(id), 0) FROM upload")
