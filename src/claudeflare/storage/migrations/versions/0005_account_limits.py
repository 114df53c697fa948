"""How far an account's usage windows may be used, and whether beyond its plan. NULL: as the server's setting says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("reserve", sa.Double(), nullable=True))
    op.add_column("accounts", sa.Column("allow_extra_usage", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "allow_extra_usage")
    op.drop_column("accounts", "reserve")
