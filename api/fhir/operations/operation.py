"""What an operation is: its name, levels, parameters and the function that prepares its requests.

The rows are in ``operation_table``, one module per operation declares them. Routes, the check of parameters, the
CapabilityStatement, OperationDefinitions, the reference page and the fast path are derived from these values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from api.fhir.format.outcome import Refused
from registry.terminology.issues import Unanswerable

if TYPE_CHECKING:
    from api.fhir.operations.request_context import RequestContext

__all__ = ["Level", "Operation", "Origin", "Parameter", "PreparedRequest", "Varying"]

Level = Literal["system", "type", "instance"]
Origin = Literal["R4 and R5", "R4", "R5", "ecosystem", "Gyldig"]
Effect = Literal["used", "hint", "refused"]

#: the values that differ from request to request, by parameter name, each given once
Varying = dict[str, Any]
#: answers one request: the varying values → the response body as JSON; raises Refused
PreparedRequest = Callable[[Varying], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter. ``type`` is a FHIR type; ``max`` is ``1`` or ``*``.

    ``origin``: which standard defines it (``ecosystem`` = the HL7 terminology ecosystem, ``Gyldig`` = this server).
    ``effect``: ``used``; ``hint`` = accepted, cannot change the answer; ``refused`` = it would change the answer and
    is not implemented, so every value but ``neutral`` is an error.
    """

    name: str
    type: str
    text: str
    min: int = 0
    max: str = "1"
    origin: Origin = "R4 and R5"
    effect: Effect = "used"
    neutral: str = ""
    parts: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One operation on ``kind`` (empty = the server as a whole).

    ``prepare`` makes a PreparedRequest from everything but the ``varying`` parameters; it is the request builder of
    GET and POST, and the fast path keeps what it makes. ``standard``: the canonical of the standard's definition.
    ``alternatives``: groups of parameters of which a request may give one. ``repeatable``: whether what was prepared may answer another request. ``single_code``: answers are about one code,
    so a GET takes the fast path and whole answers are not kept.
    """

    kind: str
    name: str
    title: str
    text: str
    levels: tuple[Level, ...]
    parameters: tuple[Parameter, ...]
    results: tuple[Parameter, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    varying: frozenset[str] = frozenset()
    prepare: Callable[[RequestContext], PreparedRequest]
    methods: tuple[str, ...] = ("GET", "HEAD", "POST")
    standard: str = ""
    repeatable: bool = True
    single_code: bool = False
    affects_state: bool = False
    example: str = ""

    @property
    def ident(self) -> str:
        """The id of its OperationDefinition."""
        return f"{self.kind or 'Server'}-{self.name}"

    def prepared(self, call: RequestContext) -> PreparedRequest:
        """What ``prepare`` makes; raises Refused if the request cannot be answered whatever varies."""
        try:
            return self.prepare(call)
        except Unanswerable as stop:
            raise Refused(stop.issue) from stop
