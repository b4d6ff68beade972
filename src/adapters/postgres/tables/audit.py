from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata

# No foreign keys: an entry outlives whom and what it speaks of.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_id", Uuid),
    Column("source", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Uuid),
    Column("changes", JSONB, nullable=False),
    Column("address", Text),
    Column("request_id", Text),
)
Index("ix_audit_entries_at", audit_entries.c.at.desc(), audit_entries.c.id.desc())
Index("ix_audit_entries_subject", audit_entries.c.subject_id, audit_entries.c.at.desc(), audit_entries.c.id.desc())
Index("ix_audit_entries_actor", audit_entries.c.actor_id, audit_entries.c.at.desc(), audit_entries.c.id.desc())
