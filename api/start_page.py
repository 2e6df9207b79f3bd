"""``/``: a plain page with links to the APIs and the loaded systems."""

from __future__ import annotations

from html import escape

from registry.entities.results.catalogue import SystemAnswer

__all__ = ["html"]

_LINKS = (
    ("/api/docs", "REST: every question, described"),
    ("/api/systems", "REST: the code systems here, as JSON"),
    ("/fhir/metadata", "FHIR R4"),
    ("/fhir/r5/metadata", "FHIR R5"),
)


def html(systems: list[SystemAnswer]) -> str:
    """The page for the systems that are loaded."""
    links = "".join(f"<li><a href='{href}'>{escape(text)}</a></li>" for href, text in _LINKS)
    rows = "".join(_row(s) for s in systems) or "<tr><td>Nothing is loaded yet.</td></tr>"
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Gyldig</title>"
        "<meta name=viewport content='width=device-width,initial-scale=1'></head>"
        "<body style='font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem'><main>"
        "<h1>Gyldig</h1><p>Which version of which code system applied when, for whom?</p>"
        f"<ul>{links}</ul><h2>Code systems</h2><table>{rows}</table></main></body></html>"
    )


def _row(system: SystemAnswer) -> str:
    title = next(iter(system.titles.values()), "")
    slug = escape(system.slug)
    return (
        f"<tr><th scope=row style='text-align:left;font-weight:normal;padding-right:2rem'>"
        f"<a href='/api/systems/{slug}/versions'>{slug}</a></th>"
        f"<td>{escape(title)}</td></tr>"
    )
