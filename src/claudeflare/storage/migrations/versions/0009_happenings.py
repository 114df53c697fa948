"""What happened to accounts, for a timeline."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

key = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "happenings",
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("account_id", key, nullable=False),
        sa.Column("kind", key, nullable=False),
        sa.Column("model_class", key, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("until", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("minute", "account_id", "kind", "model_class", name=op.f("pk_happenings")),
    )
    op.create_index(
        op.f("ix_happenings_at_account_id_kind_model_class"), "happenings", ["at", "account_id", "kind", "model_class"]
    )


def downgrade() -> None:
    op.drop_table("happenings")
