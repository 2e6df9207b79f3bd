"""The first schema that is kept: every table of ``registry.entities.model`` and the text index."""

from __future__ import annotations

from alembic import op
from sqlmodel import SQLModel

import registry.entities.model  # noqa: F401 - fills the metadata

revision = "0002"
down_revision = None
branch_labels = None
depends_on = None

#: Measured on 149,000 texts of ICD-10-CM: the prefixes cost half of the 16 MB and make 13 ms of typing 0.02 ms;
#: longer ones are completed from search_token. The larger hash (bytes) saves a third of the insertion.
_SQLITE_TEXT = (
    """CREATE VIRTUAL TABLE search_term USING fts5(
        tokens, content='', columnsize=0, detail=none, tokenize='ascii', prefix='1 2 3'
    )""",
    "INSERT INTO search_term (search_term, rank) VALUES ('hashsize', 8388608)",
    "CREATE TABLE search_token (token TEXT PRIMARY KEY) WITHOUT ROWID",
)
_POSTGRES_TEXT = (
    "CREATE TABLE search_term (rowid BIGINT PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX ix_search_term ON search_term USING gin (tokens)",
)


def upgrade() -> None:
    """Create everything; the text index is the one part that differs by engine."""
    connection = op.get_bind()
    SQLModel.metadata.create_all(connection)
    statements = _SQLITE_TEXT if connection.dialect.name == "sqlite" else _POSTGRES_TEXT
    for statement in statements:
        op.execute(statement)
