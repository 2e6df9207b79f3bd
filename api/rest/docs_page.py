"""``/api/docs``: the OpenAPI description as one plain page that needs no script and no other server."""

from __future__ import annotations

from html import escape
from typing import Any

__all__ = ["html"]

_PROBLEMS = (
    ("wrong-use", 400, "A date, cursor, parameter or combination that makes no sense."),
    ("token-needed", 401, "Give a valid token: Authorization: Bearer …"),
    (
        "restricted",
        403,
        "The licence of the content does not allow this without a token, or the token does not have the right.",
    ),
    ("not-found", 404, "Something named in the path does not exist; suggestions names similar ones."),
    ("method-not-allowed", 405, "The path takes other methods."),
    ("too-slow", 408, "The request came too slowly."),
    ("too-large", 413, "The request body is too large."),
    ("long-url", 414, "The URL is too long."),
    ("bad-source", 422, "Content that cannot be taken."),
    ("too-costly", 422, "The request needs more work than one request may; the same request fails again."),
    ("large-head", 431, "The headers are too many or too large."),
    ("internal", 500, "A fault of the server."),
    ("unavailable", 503, "The registry cannot be used now; try again after Retry-After seconds."),
)
_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
code,th{font-family:ui-monospace,monospace}h2{margin-top:2.5rem}h3{margin-bottom:.2rem}
table{border-collapse:collapse;margin:.5rem 0}th,td{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top;font-weight:normal}
@media(prefers-color-scheme:dark){body{color:#eee;background:#111}a{color:#8cf}}"""


def html(description: dict[str, Any], location: str) -> str:
    """The page for an OpenAPI description at ``location``."""
    parts = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width,initial-scale=1'>",
        f"<title>{escape(description['info']['title'])}: REST</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(description['info']['title'])}: REST</h1>",
        f"<p>{escape(description['info'].get('description', ''))}</p>",
        f"<p>Machine-readable: <a href='{escape(location)}'>OpenAPI {escape(description['openapi'])}</a></p>",
    ]
    for tag in _tags(description):
        parts.append(f"<h2>{escape(tag)}</h2>")
        parts += [_operation(*item) for item in _operations(description, tag)]
    parts.append("<h2>Errors</h2><p>Errors are <code>application/problem+json</code> (RFC 9457).</p>")
    parts += [f"<h3 id='problem-{n}'>{s} {n}</h3><p>{escape(t)}</p>" for n, s, t in _PROBLEMS]
    return "\n".join([*parts, "</main></body></html>"])


def _tags(description: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for operations in description["paths"].values():
        for operation in operations.values():
            found |= dict.fromkeys(operation.get("tags", []))
    return list(found)


def _operations(description: dict[str, Any], tag: str) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if tag in operation.get("tags", [])
    ]


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    text = operation.get("description") or operation.get("summary", "")
    rows = "".join(_parameter(p) for p in operation.get("parameters", []))
    return (
        f"<h3><code>{method} {escape(path)}</code></h3><p>{escape(text)}</p>"
        f"{f'<table>{rows}</table>' if rows else ''}"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    needed = "required" if parameter.get("required") else ""
    return (
        f"<tr><th scope=row>{escape(parameter['name'])}</th><td>{escape(parameter['in'])}</td><td>{needed}</td>"
        f"<td>{escape(parameter.get('description', ''))}</td></tr>"
    )
