"""identity and catalog"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        "ix_audit_entries_actor",
        "audit_entries",
        ["actor_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_audit_entries_at",
        "audit_entries",
        [sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_audit_entries_subject",
        "audit_entries",
        ["subject_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "denied_sessions",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_denied_sessions")),
    )
    op.create_index("ix_denied_sessions_until", "denied_sessions", ["until"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "periodic_runs",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("last_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_periodic_runs")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clerk_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_verified", sa.Boolean(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_digest", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple'::regconfig, translate(\n"
                "    coalesce(name, '') || ' ' || coalesce(display_name, '') || ' ' || coalesce(email, ''),\n"
                "    '!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 32)))",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("role IN ('admin', 'dosen', 'mahasiswa')", name=op.f("ck_users_role")),
        sa.CheckConstraint("status IN ('active', 'inactive', 'pending')", name=op.f("ck_users_status")),
        sa.CheckConstraint("(source_updated_at IS NULL) = (source_digest IS NULL)", name=op.f("ck_users_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index(
        "ix_users_newest", "users", [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")], unique=False
    )
    op.create_index(
        "ix_users_role",
        "users",
        ["role", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_users_search", "users", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_users_status",
        "users",
        ["status", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("uq_users_clerk_id", "users", ["clerk_id"], unique=True)
    op.create_index(
        "uq_users_email_live",
        "users",
        [sa.literal_column("lower(email)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'applied', 'ignored', 'failed', 'dead')", name=op.f("ck_webhook_deliveries_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_webhook_deliveries_received",
        "webhook_deliveries",
        [sa.literal_column("received_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(collation="C"), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_html", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("cover_url", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.CheckConstraint("level IN ('beginner', 'intermediate', 'advanced')", name=op.f("ck_courses_level")),
        sa.CheckConstraint("status IN ('draft', 'in_review', 'published', 'archived')", name=op.f("ck_courses_status")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_courses_created_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
    )
    op.create_index(
        "ix_courses_created_by_newest",
        "courses",
        ["created_by", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_courses_created_by_title", "courses", ["created_by", "title_key", "id"], unique=False)
    op.create_index(
        "ix_courses_language_newest",
        "courses",
        ["language", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "ix_courses_language_title",
        "courses",
        ["language", "title_key", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "ix_courses_level_newest",
        "courses",
        ["level", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "ix_courses_level_title",
        "courses",
        ["level", "title_key", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "ix_courses_newest",
        "courses",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "ix_courses_search",
        "courses",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_courses_status_newest",
        "courses",
        ["status", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status <> 'published'"),
    )
    op.create_index(
        "ix_courses_status_title",
        "courses",
        ["status", "title_key", "id"],
        unique=False,
        postgresql_where=sa.text("status <> 'published'"),
    )
    op.create_index(
        "ix_courses_title",
        "courses",
        ["title_key", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index("uq_courses_external_id", "courses", ["external_id"], unique=True)
    op.create_index("uq_courses_slug", "courses", ["slug"], unique=True)
    op.create_table(
        "course_prerequisites",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("prerequisite_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("course_id <> prerequisite_id", name=op.f("ck_course_prerequisites_not_itself")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_prerequisites_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["prerequisite_id"],
            ["courses.id"],
            name=op.f("fk_course_prerequisites_prerequisite_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("course_id", "prerequisite_id", name=op.f("pk_course_prerequisites")),
    )
    op.create_index(
        "ix_course_prerequisites_prerequisite_id", "course_prerequisites", ["prerequisite_id"], unique=False
    )
    op.create_table(
        "course_tags",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title_key", sa.Text(collation="C"), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_tags_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "tag", name=op.f("pk_course_tags")),
    )
    op.create_index(
        "ix_course_tags_newest",
        "course_tags",
        ["tag", sa.literal_column("created_at DESC"), sa.literal_column("course_id DESC")],
        unique=False,
        postgresql_where=sa.text("is_published"),
    )
    op.create_index(
        "ix_course_tags_title",
        "course_tags",
        ["tag", "title_key", "course_id"],
        unique=False,
        postgresql_where=sa.text("is_published"),
    )


def downgrade() -> None:
    op.drop_index("ix_course_tags_title", table_name="course_tags", postgresql_where=sa.text("is_published"))
    op.drop_index("ix_course_tags_newest", table_name="course_tags", postgresql_where=sa.text("is_published"))
    op.drop_table("course_tags")
    op.drop_index("ix_course_prerequisites_prerequisite_id", table_name="course_prerequisites")
    op.drop_table("course_prerequisites")
    op.drop_index("uq_courses_slug", table_name="courses")
    op.drop_index("uq_courses_external_id", table_name="courses")
    op.drop_index("ix_courses_title", table_name="courses", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_courses_status_title", table_name="courses", postgresql_where=sa.text("status <> 'published'"))
    op.drop_index("ix_courses_status_newest", table_name="courses", postgresql_where=sa.text("status <> 'published'"))
    op.drop_index(
        "ix_courses_search", table_name="courses", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.drop_index("ix_courses_newest", table_name="courses", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_courses_level_title", table_name="courses", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_courses_level_newest", table_name="courses", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_courses_language_title", table_name="courses", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_courses_language_newest", table_name="courses", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_courses_created_by_title", table_name="courses")
    op.drop_index("ix_courses_created_by_newest", table_name="courses")
    op.drop_table("courses")
    op.drop_index("ix_webhook_deliveries_received", table_name="webhook_deliveries")
    op.drop_index(
        "ix_webhook_deliveries_due", table_name="webhook_deliveries", postgresql_where=sa.text("state = 'failed'")
    )
    op.drop_table("webhook_deliveries")
    op.drop_index("uq_users_email_live", table_name="users", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("uq_users_clerk_id", table_name="users")
    op.drop_index("ix_users_status", table_name="users")
    op.drop_index("ix_users_search", table_name="users", postgresql_using="gin")
    op.drop_index("ix_users_role", table_name="users")
    op.drop_index("ix_users_newest", table_name="users")
    op.drop_table("users")
    op.drop_table("periodic_runs")
    op.drop_index("ix_idempotency_keys_created_at", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_denied_sessions_until", table_name="denied_sessions")
    op.drop_table("denied_sessions")
    op.drop_index("ix_audit_entries_subject", table_name="audit_entries")
    op.drop_index("ix_audit_entries_at", table_name="audit_entries")
    op.drop_index("ix_audit_entries_actor", table_name="audit_entries")
    op.drop_table("audit_entries")
