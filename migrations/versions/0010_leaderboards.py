"""leaderboards: what others see of somebody on them"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("leaderboard", sa.Text(), server_default=sa.text("'name'"), nullable=False))
    op.add_column("users", sa.Column("pseudonym", sa.Text(), nullable=True))
    op.execute("UPDATE users SET leaderboard = 'hidden' WHERE deleted_at IS NOT NULL")
    op.create_check_constraint(op.f("ck_users_leaderboard"), "users", "leaderboard IN ('name', 'pseudonym', 'hidden')")
    op.create_check_constraint(
        op.f("ck_users_pseudonym"), "users", "leaderboard <> 'pseudonym' OR pseudonym IS NOT NULL"
    )
    op.create_index("uq_users_pseudonym", "users", [sa.literal_column("lower(pseudonym)")], unique=True)


def downgrade() -> None:
    op.drop_index("uq_users_pseudonym", table_name="users")
    op.drop_constraint(op.f("ck_users_pseudonym"), "users", type_="check")
    op.drop_constraint(op.f("ck_users_leaderboard"), "users", type_="check")
    op.drop_column("users", "pseudonym")
    op.drop_column("users", "leaderboard")
