"""How far each limit of an account was used, in steps of five minutes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

key = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "limit_history",
        sa.Column("account_id", key, nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("kind", key, nullable=False),
        sa.Column("name", key, nullable=False),
        sa.Column("model_class", key, nullable=False),
        sa.Column("used", sa.Double(), nullable=False),
        sa.Column("highest", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_limit_history_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "step", "kind", "name", "model_class", name=op.f("pk_limit_history")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("limit_history")
