"""rulesets as data, and which of them each active day was counted by"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEPT = """
    CREATE FUNCTION rulesets_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a published ruleset stays as it is'; END $$
"""


def upgrade() -> None:
    op.create_table(
        "rulesets",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("version > 1", name=op.f("ck_rulesets_version")),
        sa.CheckConstraint("status IN ('draft', 'published')", name=op.f("ck_rulesets_status")),
        sa.CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name=op.f("ck_rulesets_publication")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_rulesets_created_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["published_by"], ["users.id"], name=op.f("fk_rulesets_published_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rulesets")),
    )
    op.execute(_KEPT)
    op.execute(
        "CREATE TRIGGER rulesets_kept BEFORE UPDATE OR DELETE ON rulesets "
        "FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION rulesets_kept()"
    )
    # So far there was version 1 alone.
    op.add_column("active_days", sa.Column("ruleset", sa.Integer(), server_default=sa.text("1"), nullable=False))


def downgrade() -> None:
    op.drop_column("active_days", "ruleset")
    op.drop_table("rulesets")
    op.execute("DROP FUNCTION rulesets_kept")
