"""certificates, also for the courses that were completed before there were any"""

import secrets

import sqlalchemy as sa
from alembic import op
from uuid_utils.compat import uuid7

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_COMPLETED = """
    SELECT e.id AS enrollment_id, coalesce(u.display_name, u.name, '') AS learner_name, c.title AS course_title,
        e.completed_at AS issued_at
    FROM enrollments e JOIN users u ON u.id = e.user_id JOIN courses c ON c.id = e.course_id
    WHERE e.completed_at IS NOT NULL AND NOT EXISTS (SELECT FROM certificates t WHERE t.enrollment_id = e.id)
    ORDER BY e.id
"""
_ISSUE = """
    INSERT INTO certificates (id, enrollment_id, code, learner_name, course_title, issued_at)
    VALUES (:id, :enrollment_id, :code, :learner_name, :course_title, :issued_at)
"""


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("learner_name", sa.Text(), nullable=False),
        sa.Column("course_title", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_certificates_revocation")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollments.id"], name=op.f("fk_certificates_enrollment_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["users.id"], name=op.f("fk_certificates_revoked_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
        sa.UniqueConstraint("enrollment_id", name=op.f("uq_certificates_enrollment_id")),
    )
    rows = op.get_bind().execute(sa.text(_COMPLETED)).mappings().all()
    for start in range(0, len(rows), _AT_ONCE):
        issued = [{**row, "id": uuid7(), "code": _new_code()} for row in rows[start : start + _AT_ONCE]]
        op.get_bind().execute(sa.text(_ISSUE), issued)


def downgrade() -> None:
    op.drop_table("certificates")


def _new_code() -> str:
    """As the domain made them when this was written."""
    values = [secrets.randbelow(32) for _ in range(11)]
    total = 0
    for value in values:
        total = _times_x(total) ^ value
    digits = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[value] for value in [*values, _times_x(total)])
    return f"TK-{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def _times_x(value: int) -> int:
    return value << 1 ^ (0b100101 if value & 16 else 0)
