"""What can be set from outside: environment variables that begin with ``GYLDIG_``.

Here: names, defaults and what they mean. Not here: options of single commands.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="GYLDIG_", env_ignore_empty=True, extra="ignore")

    db: str = Field(
        "", description="Database: a path, sqlite:///… or postgresql://…; empty = user data folder"
    )
    token: str = Field(
        "",
        description="Token that callers name (Authorization: Bearer …) to write and to read restricted content",
    )
    today: date | None = Field(
        None, description="The day that counts as today, for tests; empty = the day in Oslo"
    )
    max_body: int = Field(default=50_000_000, description="Largest request body in bytes", ge=1)
    max_count: int = Field(default=1000, description="Largest page of a list", ge=1)
