"""Runs the web application under uvicorn."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

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
    config = uvicorn.Config(
        "api.app:create_app", factory=True, host=host, port=port, workers=workers, log_level="warning",
        access_log=False, server_header=False, timeout_graceful_shutdown=5, timeout_keep_alive=15,
        http="api.connections:BoundedConnection", ws="none", backlog=backlog(),
        # Loopback decides what may be read: the address must be the peer's, never a header's.
        proxy_headers=False,
    )  # fmt: skip
    shown = f"[{host}]" if ":" in host else host
    _run(config, partial(_announce, session, f"http://{shown}:{port}"))


def _announce(session: Session, url: str) -> None:
    """Say where the server answers and who may read what."""
    print(session.say("serving", url=url), file=sys.stderr, flush=True)
    print(session.say(_readers()), file=sys.stderr, flush=True)


class _Announcing(uvicorn.Server):
    """A server that announces itself once it listens."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, after the application has started."""
        await super().startup(sockets)
        if self.started:
            self._announce()


class _AnnouncingWorkers(Multiprocess):
    """Workers on one socket, which announce themselves once one of them answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config, sockets=[config.bind_socket()])
        self._announce: Callable[[], None] | None = announce

    def keep_subprocess_alive(self) -> None:
        """Restart workers that died; called every half second."""
        super().keep_subprocess_alive()
        if self._announce is not None and any(worker.is_ready() for worker in self.processes):
            self._announce()
            self._announce = None


def _run(config: uvicorn.Config, announce: Callable[[], None]) -> None:
    """Run one process or several until Ctrl-C; exits with a status if the server cannot start."""
    if config.workers > 1:
        _AnnouncingWorkers(config, announce).run()
        return
    server = _Announcing(config, announce)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


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
