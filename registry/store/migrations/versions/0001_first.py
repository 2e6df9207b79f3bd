"""The first schema: every table of ``registry.model`` and the text index."""

from __future__ import annotations

from alembic import op
from sqlmodel import SQLModel

import registry.model  # noqa: F401 - fills the metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE_TEXT = """
CREATE VIRTUAL TABLE search_term USING fts5(
    tokens, content='', columnsize=0, detail=none, tokenize='ascii', prefix='1 2 3'
)
"""
_POSTGRES_TEXT = (
    "CREATE TABLE search_term (rowid BIGINT PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX ix_search_term ON search_term USING gin (tokens)",
)


def upgrade() -> None:
    """Create everything; the text index is the one part that differs by engine."""
    connection = op.get_bind()
    SQLModel.metadata.create_all(connection)
    statements = (_SQLITE_TEXT,) if connection.dialect.name == "sqlite" else _POSTGRES_TEXT
    for statement in statements:
        op.execute(statement)
