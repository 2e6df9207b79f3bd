"""Parameters that several operations share, as rows of the table."""

from __future__ import annotations

from dataclasses import replace

from api.fhir.operations.operation import Origin, Parameter

__all__ = [
    "DATE",
    "EXPANSION_HINTS",
    "HINTS",
    "LANGUAGE",
    "LIMIT",
    "RESOURCES",
    "SUPPLEMENTS",
    "VALUE_SETS",
    "VERSIONS",
    "defined_by",
]

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
LANGUAGE = (
    Parameter(
        name="displayLanguage",
        type="code",
        text="Languages of displays in order of preference, as in Accept-Language, which it overrides.",
    ),
)
VERSIONS = (
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
SUPPLEMENTS = (
    Parameter(
        name="useSupplement",
        type="canonical",
        max="*",
        origin="R5",
        text="Supplements to apply; unknown ones are an error.",
    ),
)
RESOURCES = (
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
VALUE_SETS = (
    Parameter(
        name="default-valueset-version",
        type="canonical",
        max="*",
        origin="ecosystem",
        text="Version (`url|version`) of an imported value set for which none is named.",
    ),
    Parameter(
        name="versionsMatch",
        type="boolean",
        origin="ecosystem",
        text="True: of several versions of one system each code counts once; false: each version by itself. "
        "Without it a value set's own parameter decides.",
    ),
)


def defined_by(origin: Origin, *rows: Parameter) -> tuple[Parameter, ...]:
    """The rows for an operation whose definition in the standard lacks them."""
    return tuple(replace(row, origin=origin) for row in rows)


def _hint(name: str, kind: str, text: str) -> Parameter:
    return Parameter(name=name, type=kind, text=text, max="*", origin="ecosystem", effect="hint")


#: settings that clients of the ecosystem send with every request and that cannot change an answer
HINTS = (
    _hint("default-to-latest-version", "boolean", "A version that is not known is always reported."),
    _hint("diagnostics", "boolean", "Nothing is added to answers."),
    _hint("for-code-system", "uri", "The request names its system."),
    _hint("incomplete-ok", "boolean", "Answers are complete or refused."),
    _hint("no-cache", "boolean", "An answer from a cache is what would be made anew."),
    _hint("profile-url", "uri", "Send its parameters."),
    _hint("uuid", "uuid", "Identifies the client's request."),
)

_OF_EXPANSIONS = {
    "designation": "string",
    "excludeNested": "boolean",
    "excludeNotForUI": "boolean",
    "excludePostCoordinated": "boolean",
    "includeDefinition": "boolean",
    "includeDesignations": "boolean",
    "property": "string",
}
#: parameters of expansions: validators send the same parameters with $expand and with $validate-code
EXPANSION_HINTS = tuple(_hint(name, kind, "About expansions.") for name, kind in _OF_EXPANSIONS.items())

_LIMIT_TEXT = "More codes than this in an answer are an error, as by the header X-Too-Costly-Threshold."
LIMIT = (Parameter(name="limit", type="integer", origin="ecosystem", text=_LIMIT_TEXT),)
