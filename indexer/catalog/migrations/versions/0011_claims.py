"""Files that were not sent, since the person holds their bytes already, are told apart on receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("upload", "receipt_file"):
        op.add_column(
            table, sa.Column("is_by_digest", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.add_column("receipt", sa.Column("by_digest", sa.Integer(), server_default="0", nullable=False))
