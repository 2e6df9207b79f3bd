"""The first schema that is kept: every table of ``registry.entities.model``."""

from __future__ import annotations

from alembic import op
from sqlmodel import SQLModel

import registry.entities.model  # noqa: F401 - fills the metadata

revision = "0002"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    SQLModel.metadata.create_all(op.get_bind())
