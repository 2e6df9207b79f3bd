"""Parameters that several operations share, as rows of the table. Not here: what an operation alone takes."""

from __future__ import annotations

from api.fhir.operations.operation import Parameter

__all__ = ["CONTEXT", "DATE", "HINTS", "VALUE_SETS"]

DATE = (
    Parameter(
        name="date",
        type="dateTime",
        text="The version in force on this day answers; without one the request is refused with the reason. "
        "A month or a year is accepted if one version applies throughout.",
    ),
    Parameter(
        name="known-at",
        type="dateTime",
        origin="Gyldig",
        text="Answer with what the registry knew at this instant (a date means the end of that day).",
    ),
)
_LANGUAGE = (
    Parameter(
        name="displayLanguage",
        type="code",
        text="Languages of displays in order of preference, as in Accept-Language, which it overrides.",
    ),
)
_VERSIONS = (
    Parameter(
        name="system-version",
        type="canonical",
        max="*",
        text="Version (`url|version`, patterns allowed) of a system for which none is named.",
    ),
    Parameter(
        name="check-system-version",
        type="canonical",
        max="*",
        text="As system-version; any other version is an error.",
    ),
    Parameter(
        name="force-system-version",
        type="canonical",
        max="*",
        text="Version of a system, whatever the value set names.",
    ),
)
_RESOURCES = (
    Parameter(
        name="useSupplement",
        type="canonical",
        max="*",
        origin="R5",
        text="Supplements to apply; unknown ones are an error.",
    ),
    Parameter(
        name="tx-resource",
        type="Resource",
        max="*",
        origin="ecosystem",
        text="CodeSystems, ValueSets and ConceptMaps for this request alone.",
    ),
    Parameter(
        name="cache-id",
        type="id",
        origin="ecosystem",
        text="Keep the resources sent, and use those sent earlier under this name.",
    ),
)
#: the date, versions, languages and resources of a request: every operation on content takes them
CONTEXT = (*DATE, *_LANGUAGE, *_VERSIONS, *_RESOURCES)

VALUE_SETS = (
    Parameter(
        name="default-valueset-version",
        type="canonical",
        max="*",
        origin="R5",
        text="Version (`url|version`) of an imported value set for which none is named.",
    ),
)


def _hint(name: str, kind: str, text: str) -> Parameter:
    return Parameter(name=name, type=kind, text=text, max="*", origin="ecosystem", effect="hint")


#: settings that clients of the ecosystem send with every request and that cannot change an answer of this server
HINTS = (
    _hint("diagnostics", "boolean", "Ignored: nothing is added to answers."),
    _hint("for-code-system", "uri", "Ignored: the request names its system."),
    _hint("incomplete-ok", "boolean", "Ignored: answers are complete or refused."),
    _hint("limit", "integer", "Ignored: the X-Too-Costly-Threshold header lowers the limit."),
    _hint("no-cache", "boolean", "Ignored: an answer from a cache is what would be made anew."),
    _hint("profile-url", "uri", "Ignored: send its parameters."),
    _hint("uuid", "uuid", "Ignored: identifies the client's request."),
)
