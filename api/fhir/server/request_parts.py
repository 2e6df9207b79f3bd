"""The parts of an ASGI request that FHIR needs: path below the base, base URL, parameters, kind of body."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from starlette.types import Scope

from api.fhir.operations.client_profile import ClientProfile

__all__ = ["base_url", "is_form", "is_readable", "path_below", "path_parts", "query_of"]


@lru_cache(maxsize=512)
def path_parts(path: str) -> tuple[str, ...]:
    """The decoded parts of a path."""
    return tuple(unquote(p) for p in path.split("/") if p)


def is_form(caller: ClientProfile) -> bool:
    """Whether the body is an HTML form, whose fields are parameters."""
    return caller.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def is_readable(caller: ClientProfile) -> bool:
    """Whether a body's content type may be FHIR; without one it is parsed as JSON."""
    content_type = caller.headers.get("content-type", "").lower()
    return not content_type or "json" in content_type or "xml" in content_type


def query_of(scope: Scope) -> list[tuple[str, str]]:
    """The parameters of the URL, including those without a value."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def path_below(scope: Scope) -> str:
    """The path below the base at which FHIR is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root) else path


def base_url(scope: Scope) -> str:
    """The URL of the base as the caller wrote it."""
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "localhost")
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}"
