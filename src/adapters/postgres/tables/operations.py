"""What the running of the platform needs: answers kept for repeated requests, and when each periodic job last ran."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, Table, Text, Uuid

from adapters.postgres.tables.metadata import metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("tag", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
Index("ix_idempotency_keys_created_at", idempotency_keys.c.created_at)

periodic_runs = Table(
    "periodic_runs",
    metadata,
    Column("job", Text, primary_key=True),
    Column("last_started_at", DateTime(timezone=True), nullable=False),
)
