"""What happened to client keys, in the same timeline as what happened to accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

key = sa.String().with_variant(sa.String(collation="C"), "postgresql")
BEFORE = ("account_id", "kind", "model_class")
AFTER = (*BEFORE, "client_key")


def upgrade() -> None:
    op.drop_index(_index(BEFORE), "happenings")
    with op.batch_alter_table("happenings") as table:
        table.add_column(sa.Column("client_key", key, nullable=False, server_default=""))
        table.drop_constraint("pk_happenings", type_="primary")
        table.create_primary_key("pk_happenings", ["minute", *AFTER])
    with op.batch_alter_table("happenings") as table:
        table.alter_column("client_key", existing_type=key, existing_nullable=False, server_default=None)
    op.create_index(_index(AFTER), "happenings", ["at", *AFTER])


def downgrade() -> None:
    op.execute("DELETE FROM happenings WHERE client_key <> ''")
    op.drop_index(_index(AFTER), "happenings")
    with op.batch_alter_table("happenings") as table:
        table.drop_constraint("pk_happenings", type_="primary")
        table.drop_column("client_key")
        table.create_primary_key("pk_happenings", ["minute", *BEFORE])
    op.create_index(_index(BEFORE), "happenings", ["at", *BEFORE])


def _index(columns: tuple[str, ...]) -> str:
    return op.f("_".join(("ix_happenings_at", *columns)))
