"""the game: a ledger that is only added to, and what follows from it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_APPEND_ONLY = """
    CREATE FUNCTION xp_ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is only added to'; END $$
"""


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "xact", sa.BigInteger(), server_default=sa.text("pg_current_xact_id()::text::bigint"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "number", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_at", "outbox", ["at"], unique=False, postgresql_using="brin")
    op.create_index("ix_outbox_xact", "outbox", ["xact"], unique=False)
    op.create_table(
        "free_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_free_days")),
    )
    op.create_table(
        "active_days",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_active_days_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_active_days")),
    )
    op.create_table(
        "badge_awards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("badge", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("ruleset", sa.Integer(), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("tier IN ('bronze', 'silver', 'gold')", name=op.f("ck_badge_awards_tier")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_badge_awards_revocation")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_badge_awards_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_awards")),
    )
    op.create_index(
        "uq_badge_awards_held",
        "badge_awards",
        ["user_id", "badge", "tier"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "players",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("entries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("xp", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tallies", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("streak_length", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("streak_longest", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("streak_freezes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("streak_frozen_days", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("streak_last_day", sa.Date(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("day_xp", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "day_tallies", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "recent", postgresql.ARRAY(sa.DateTime(timezone=True)), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("badges", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_players_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_players")),
    )
    op.create_index("ix_players_rank", "players", [sa.literal_column("xp DESC"), "reached_at", "user_id"], unique=False)
    op.create_table(
        "week_scores",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("xp", sa.Integer(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_week_scores_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("week", "user_id", name=op.f("pk_week_scores")),
    )
    op.create_index(
        "ix_week_scores_rank",
        "week_scores",
        ["week", sa.literal_column("xp DESC"), "reached_at", "user_id"],
        unique=False,
    )
    op.create_index("ix_week_scores_user_id", "week_scores", ["user_id"], unique=False)
    op.create_table(
        "course_scores",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("xp", sa.Integer(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_scores_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_course_scores_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("course_id", "user_id", name=op.f("pk_course_scores")),
    )
    op.create_index(
        "ix_course_scores_rank",
        "course_scores",
        ["course_id", sa.literal_column("xp DESC"), "reached_at", "user_id"],
        unique=False,
    )
    op.create_index("ix_course_scores_user_id", "course_scores", ["user_id"], unique=False)
    op.create_table(
        "xp_ledger",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("eligible_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("ruleset", sa.Integer(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("(decision = 'corrected') = (note IS NOT NULL)", name=op.f("ck_xp_ledger_correction")),
        sa.CheckConstraint(
            "CASE decision WHEN 'granted' THEN amount >= 0 WHEN 'corrected' THEN true ELSE amount = 0 END",
            name=op.f("ck_xp_ledger_amount"),
        ),
        sa.CheckConstraint(
            "decision IN ('granted', 'duplicate', 'capped', 'cooldown', 'ineligible', 'corrected')",
            name=op.f("ck_xp_ledger_decision"),
        ),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_xp_ledger_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_xp_ledger_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_xp_ledger_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xp_ledger")),
    )
    op.create_index("ix_xp_ledger_course_id", "xp_ledger", ["course_id"], unique=False)
    op.create_index("ix_xp_ledger_item", "xp_ledger", ["user_id", "source"], unique=False)
    op.create_index("uq_xp_ledger_number", "xp_ledger", ["user_id", "number"], unique=True)
    op.create_index(
        "uq_xp_ledger_paid",
        "xp_ledger",
        ["user_id", "source", "rule"],
        unique=True,
        postgresql_where=sa.text("decision = 'granted'"),
    )
    op.execute("INSERT INTO players (user_id) SELECT DISTINCT user_id FROM enrollments")
    op.create_foreign_key(
        "fk_enrollments_player", "enrollments", "players", ["user_id"], ["user_id"], ondelete="RESTRICT"
    )
    op.execute(_APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER xp_ledger_append_only BEFORE UPDATE OR DELETE ON xp_ledger "
        "FOR EACH ROW EXECUTE FUNCTION xp_ledger_append_only()"
    )


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_constraint("fk_enrollments_player", "enrollments", type_="foreignkey")
    op.drop_index("uq_xp_ledger_paid", table_name="xp_ledger", postgresql_where=sa.text("decision = 'granted'"))
    op.drop_index("uq_xp_ledger_number", table_name="xp_ledger")
    op.drop_index("ix_xp_ledger_item", table_name="xp_ledger")
    op.drop_index("ix_xp_ledger_course_id", table_name="xp_ledger")
    op.drop_table("xp_ledger")
    op.drop_index("ix_course_scores_user_id", table_name="course_scores")
    op.drop_index("ix_course_scores_rank", table_name="course_scores")
    op.drop_table("course_scores")
    op.drop_index("ix_week_scores_user_id", table_name="week_scores")
    op.drop_index("ix_week_scores_rank", table_name="week_scores")
    op.drop_table("week_scores")
    op.drop_index("ix_players_rank", table_name="players")
    op.drop_table("players")
    op.drop_index("uq_badge_awards_held", table_name="badge_awards", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_table("badge_awards")
    op.drop_table("active_days")
    op.drop_table("free_days")
    op.execute("DROP FUNCTION xp_ledger_append_only")
