"""Every table, so that migrations and tests see them all through `metadata`."""

from adapters.postgres.tables import audit, catalog, identity, operations
from adapters.postgres.tables.metadata import metadata

__all__ = ["audit", "catalog", "identity", "metadata", "operations"]
