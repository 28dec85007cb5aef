"""All that is known about an item, and with which recipe it was indexed; what the owner set meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("item", sa.Column("place", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("rating", sa.Integer(), nullable=True))
    op.add_column("item", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("thumbhash", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("recipe", sa.Integer(), nullable=True))
    op.add_column("item", sa.Column("details", sa.Text(), nullable=True))
    op.execute("UPDATE item SET recipe = 1 WHERE state <> 'pending'")
    is_indexed = sa.text("recipe IS NOT NULL")
    op.create_index(
        "item_by_recipe", "item", ["recipe"], sqlite_where=is_indexed, postgresql_where=is_indexed
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
