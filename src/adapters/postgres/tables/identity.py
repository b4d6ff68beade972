from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from adapters.postgres.tables.metadata import metadata

# Names and addresses are searched word by word and by their beginnings, in no particular language. Punctuation becomes
# space, because PostgreSQL's parser makes one word of a decimal, and a negative number of the year in `budi-2024`.
_USER_SEARCH = """to_tsvector('simple'::regconfig, translate(
    coalesce(name, '') || ' ' || coalesce(display_name, '') || ' ' || coalesce(email, ''),
    '!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 32)))"""

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("clerk_id", Text),
    Column("name", Text),
    Column("email", Text),
    Column("email_verified", Boolean, nullable=False),
    Column("role", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("display_name", Text),
    Column("time_zone", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("leaderboard", Text, nullable=False, server_default=text("'name'")),
    Column("pseudonym", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("source_updated_at", DateTime(timezone=True)),
    Column("source_digest", Text),
    Column("deleted_at", DateTime(timezone=True)),
    Column("search", TSVECTOR, Computed(_USER_SEARCH, persisted=True)),
    CheckConstraint("role IN ('admin', 'dosen', 'mahasiswa')", name="role"),
    CheckConstraint("status IN ('active', 'inactive', 'pending')", name="status"),
    CheckConstraint("leaderboard IN ('name', 'pseudonym', 'hidden')", name="leaderboard"),
    CheckConstraint("leaderboard <> 'pseudonym' OR pseudonym IS NOT NULL", name="pseudonym"),
    CheckConstraint("(source_updated_at IS NULL) = (source_digest IS NULL)", name="source"),
)
Index("uq_users_clerk_id", users.c.clerk_id, unique=True)
Index("uq_users_email_live", func.lower(users.c.email), unique=True, postgresql_where=users.c.deleted_at.is_(None))
Index("uq_users_pseudonym", func.lower(users.c.pseudonym), unique=True)
Index("ix_users_newest", users.c.created_at.desc(), users.c.id.desc())
Index("ix_users_role", users.c.role, users.c.created_at.desc(), users.c.id.desc())
Index("ix_users_status", users.c.status, users.c.created_at.desc(), users.c.id.desc())
Index("ix_users_search", users.c.search, postgresql_using="gin")

denied_sessions = Table(
    "denied_sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("until", DateTime(timezone=True), nullable=False),
)
Index("ix_denied_sessions_until", denied_sessions.c.until)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", DateTime(timezone=True)),
    Column("error", Text),
    CheckConstraint("state IN ('received', 'applied', 'ignored', 'failed', 'dead')", name="state"),
)
Index(
    "ix_webhook_deliveries_due",
    webhook_deliveries.c.next_attempt_at,
    postgresql_where=text("state = 'failed'"),
)
Index("ix_webhook_deliveries_received", webhook_deliveries.c.received_at.desc(), webhook_deliveries.c.id.desc())
