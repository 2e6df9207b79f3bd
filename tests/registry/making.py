"""Small made-up code systems for the tests of the core: lists of (code, text) as releases.

The universe: ``demo-icd``, an ICD-like system whose shorter codes contain longer ones; ``icpc-2-no`` by its own
rules; ``plain``, a list without rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from loaders.contract import ParsedRelease
from registry import Registry
from registry.entities.records import ConceptRecord, Designation, ReleaseHeader, SourceFile, SystemRecord
from registry.entities.results import LoadReport

DEMO = SystemRecord(
    slug="demo-icd", rules="icd-10-no", language="nb", end_rule="calendar-year", access="open"
)
PLAIN = SystemRecord(slug="plain", language="nb", end_rule="until-next", access="open")


def concept(code: str, text: str, *, kind: str = "label.full", **more: Any) -> ConceptRecord:
    return ConceptRecord(code=code, designations=(Designation(kind, text, "nb"),), **more)


def release(
    version: str,
    codes: Mapping[str, str] | list[ConceptRecord],
    *,
    system: SystemRecord = DEMO,
    label: str = "label.full",
    **header: Any,
) -> ParsedRelease:
    """A release of the codes; the version's year gives its validity unless dates are named."""
    records = codes if isinstance(codes, list) else [concept(c, t, kind=label) for c, t in codes.items()]
    content = repr((version, sorted(r.code for r in records), records, sorted(header.items(), key=str)))
    digest = hashlib.sha256(content.encode()).hexdigest()
    header.setdefault("valid_from", date(int(version[:4]), 1, 1))
    header.setdefault("facets", (label,))
    header.setdefault("source_line", "list")
    head = ReleaseHeader(
        system=system.slug,
        version=version,
        files=(SourceFile(f"{version}.json", digest, len(content)),),
        **header,
    )
    return ParsedRelease(header=head, concepts=records, system=system)


def load(
    registry: Registry, version: str, codes: Mapping[str, str] | list[ConceptRecord], **more: Any
) -> LoadReport:
    return registry.load_parsed(release(version, codes, **more))
