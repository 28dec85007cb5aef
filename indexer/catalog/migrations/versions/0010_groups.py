"""Shots and bursts, which items decisions name, and what each person set; everything known is grouped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _extend_items()
    for name in ("shot", "burst"):
        op.create_table(
            name,
            _person(),
            sa.Column("id", sa.Text(), nullable=False),
            sa.Column("kind", sa.Text(), nullable=False),
            sa.Column("count", sa.Integer(), nullable=False),
            sa.Column("why", sa.Text(), nullable=False),
            sa.Column("rules", sa.Text(), nullable=False),
            sa.Column("is_locked", sa.Boolean(), nullable=False),
            _of_person(),
            sa.PrimaryKeyConstraint("person_id", "id"),
        )
    op.create_table(
        "kin",
        _person(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        _of_person(),
        sa.PrimaryKeyConstraint("person_id", "key", "sha256"),
    )
    op.create_index("kin_of_item", "kin", ["person_id", "sha256", "key"])
    op.create_table(
        "regrouping",
        sa.Column("id", sa.Integer(), nullable=False),
        _person(),
        sa.Column("sha256", sa.Text(), nullable=False),
        _of_person(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("regrouping_of_person", "regrouping", ["person_id"])
    op.execute(
        "INSERT INTO regrouping (person_id, sha256) "
        "SELECT person_id, sha256 FROM item WHERE recipe IS NOT NULL ORDER BY person_id, taken_at, sha256"
    )
    op.create_table(
        "decided_item",
        _person(),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        _of_person(),
        sa.ForeignKeyConstraint(["decision_id"], ["arrangement.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "sha256", "decision_id"),
    )
    op.create_index("ix_decided_item_decision_id", "decided_item", ["decision_id"])
    op.create_table(
        "preference",
        _person(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        _of_person(),
        sa.PrimaryKeyConstraint("person_id", "name"),
    )


def _extend_items() -> None:
    op.add_column("item", sa.Column("shot_id", sa.Text(), server_default="", nullable=False))
    op.add_column("item", sa.Column("shot_rank", sa.Integer(), server_default="0", nullable=False))
    op.add_column("item", sa.Column("burst_id", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("burst_rank", sa.Integer(), nullable=True))
    op.execute("UPDATE item SET shot_id = sha256")
    op.drop_index("item_by_day", "item")
    op.create_index("item_by_day", "item", ["person_id", "day", "shot_rank", "burst_rank"])
    op.create_index("item_of_shot", "item", ["person_id", "shot_id"])
    op.create_index("item_of_burst", "item", ["person_id", "burst_id"])


def _person() -> sa.Column[int]:
    return sa.Column("person_id", sa.Integer(), nullable=False)


def _of_person() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE")
