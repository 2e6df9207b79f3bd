"""What can be set from outside: environment variables that begin with ``GYLDIG_``.

Here: names, defaults and what they mean. Not here: options of single commands.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """The settings of one process.

    ``db``: a path, ``sqlite:///…`` or ``postgresql://…``; empty = a file in the user's data folder. ``token``:
    what callers name (``Authorization: Bearer …``) to write and to read restricted content; empty = nobody
    can. ``today``: the day that counts as today, for test systems; empty = the day in Oslo. ``workers``: how many
    processes answer, as the server tells them: more than one cannot remember what a client sent. ``max_body``: the
    largest request body in bytes; ``max_operation_body``: the same of a FHIR operation or batch, and of callers
    without the token.
    """

    model_config = SettingsConfigDict(env_prefix="GYLDIG_", env_ignore_empty=True, extra="ignore")

    db: str = ""
    token: str = ""
    today: date | None = None
    workers: Annotated[int, Field(ge=1)] = 1
    max_body: Annotated[int, Field(ge=1)] = 50_000_000
    max_operation_body: Annotated[int, Field(ge=1)] = 10_000_000
