"""leagues: groups of a week, and who races in them"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "league_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tier >= 1", name=op.f("ck_league_groups_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_league_groups")),
    )
    op.create_index(
        "ix_league_groups_open", "league_groups", ["week"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "league_members",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("movement", sa.Text(), nullable=True),
        sa.CheckConstraint("movement IN ('promoted', 'stayed', 'demoted')", name=op.f("ck_league_members_movement")),
        sa.CheckConstraint("(rank IS NULL) = (movement IS NULL)", name=op.f("ck_league_members_finish")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["league_groups.id"], name=op.f("fk_league_members_group_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_league_members_user_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("user_id", "week", name=op.f("pk_league_members")),
    )
    op.create_index("ix_league_members_group_id", "league_members", ["group_id"], unique=False)


def downgrade() -> None:
    op.drop_table("league_members")
    op.drop_table("league_groups")
