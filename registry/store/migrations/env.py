"""Alembic's entry: runs the migrations on the database that ``registry.store.schema`` names, in one transaction.

The stamp is written in the same transaction, so a database never has tables without it.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine, event, pool, text
from sqlmodel import SQLModel

import registry.entities.model  # noqa: F401 - fills the metadata
from registry.store.schema import stamp_statements

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)

if engine.dialect.name == "sqlite":
    # the driver would run CREATE TABLE outside any transaction: begin and end are ours

    @event.listens_for(engine, "connect")
    def _no_implicit_transactions(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,  # SQLite has it once begin and end are explicit
    )
    with context.begin_transaction():
        context.run_migrations()
        for statement in stamp_statements(engine.dialect.name):
            connection.execute(text(statement))
engine.dispose()
