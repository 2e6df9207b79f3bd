"""Settings from environment variables that begin with ``GYLDIG_``: names, defaults and meaning."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """The settings of one process.

    ``db``: a path, ``sqlite:///…`` or ``postgresql://…``; empty = a file in the user's data folder. ``host``: the
    address that the server listens on, set by ``gyldig serve``; callers count as local only if it is loopback. ``local``:
    whether local callers may read restricted content without a token. ``token``: a token (``Authorization: Bearer …``)
    with all rights; empty = none. ``today``: the
    day that counts as today, for test systems; empty = the day in Oslo. ``workers``: number of processes, set by the
    server; with more than one, resources sent by clients are not cached. ``max_body``: largest request body in bytes;
    ``max_operation_body``: largest body of a FHIR operation or batch, and of callers without the token.
    ``max_connections``: most connections of a process that are answered. ``longest_wait``: seconds that a request waits for a thread before it gets 503.
    ``request_steps`` and ``request_seconds``: the budget of a request under ``/api`` (``registry.entities.budget``), waiting included.
    ``oidc_issuer``: whose access tokens are accepted too (``api.oidc``); empty = nobody's. ``oidc_audience``: what their ``aud`` must
    be. ``oidc_scopes``: ``SCOPE=RIGHT``, separated by spaces. ``oidc_jwks``: the URL of the issuer's keys; empty = the one
    that its configuration names. ``oidc_algorithms``: those of signatures, separated by spaces. ``oidc_leeway``: seconds that
    clocks may differ.
    """

    model_config = SettingsConfigDict(env_prefix="GYLDIG_", env_ignore_empty=True, extra="ignore")

    db: str = ""
    host: str = ""
    local: bool = True
    token: str = ""
    today: date | None = None
    workers: Annotated[int, Field(ge=1)] = 1
    max_body: Annotated[int, Field(ge=1)] = 50_000_000
    max_operation_body: Annotated[int, Field(ge=1)] = 10_000_000
    max_connections: Annotated[int, Field(ge=1)] = 1000
    longest_wait: Annotated[float, Field(gt=0)] = 10.0
    request_steps: Annotated[int, Field(ge=1)] = 100_000_000
    request_seconds: Annotated[float, Field(gt=0)] = 30.0
    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_scopes: str = "gyldig:read=read gyldig:write=write gyldig:load=load gyldig:administer=administer"
    oidc_jwks: str = ""
    oidc_algorithms: str = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512"
    oidc_leeway: Annotated[int, Field(ge=0, le=300)] = 10
