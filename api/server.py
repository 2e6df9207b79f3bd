"""Runs the web application under uvicorn."""

from __future__ import annotations

import os
import sys
from datetime import date
from typing import TYPE_CHECKING

import uvicorn

from registry.entities.errors import StoreDamaged
from registry.entities.messages import message

if TYPE_CHECKING:
    from api.cli.session import Session

__all__ = ["serve"]


def serve(session: Session, *, host: str, port: int, workers: int, today: date | None) -> None:
    """Serve until Ctrl-C. Workers are processes that read the settings from the environment."""
    # Migrate or refuse the database once, before the workers open it; a mistyped path is not created.
    with session.open(readonly=False, create=False) as registry:
        report = registry.verify(quick=True)
    if not report.ok:
        raise StoreDamaged(message("error.damaged_at_start", problem=report.problems[0]))
    if session.db:
        os.environ["GYLDIG_DB"] = session.db
    os.environ["GYLDIG_HOST"] = host
    os.environ["GYLDIG_WORKERS"] = str(workers)
    if today is not None:
        os.environ["GYLDIG_TODAY"] = today.isoformat()
    _check_issuer()
    from api.connections import backlog, raise_open_files

    raise_open_files()
    shown = f"[{host}]" if ":" in host else host
    print(session.say("serving", url=f"http://{shown}:{port}"), file=sys.stderr, flush=True)
    print(session.say(_readers()), file=sys.stderr, flush=True)
    uvicorn.run(
        "api.app:create_app", factory=True, host=host, port=port, workers=workers, log_level="warning",
        access_log=False, server_header=False, timeout_graceful_shutdown=5, timeout_keep_alive=15,
        http="api.connections:BoundedConnection", ws="none", backlog=backlog(),
        # Loopback decides what may be read: the address must be the peer's, never a header's.
        proxy_headers=False,
    )  # fmt: skip


def _check_issuer() -> None:
    """Raise UsageError before a worker starts if the settings of OpenID Connect cannot be right."""
    from api.settings import Settings

    settings = Settings()
    if settings.oidc_issuer:
        from api.oidc import issuer_of

        issuer_of(settings)


def _readers() -> str:
    """The sentence that says who may read restricted content."""
    from api.callers import local_allowed
    from api.settings import Settings

    return "serving_local" if local_allowed(Settings()) else "serving_token"
