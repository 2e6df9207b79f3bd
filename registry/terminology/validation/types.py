"""Types of validation: the coding to validate, its path in the request, and the result."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.content.view import ContentView
from registry.entities.records import ConceptRecord
from registry.terminology.issues import Issue

__all__ = ["CodingRequest", "CodingResult", "ElementPath", "ValidationOptions"]


@dataclass(frozen=True, slots=True)
class ElementPath:
    """Path of a coding in the request: ``code`` (single parameters), ``Coding`` or an indexed coding."""

    path: str

    def of(self, element: str) -> str:
        """The path of an element of the coding."""
        return element if self.path == "code" else f"{self.path}.{element}"

    @property
    def itself(self) -> str:
        """The path of the coding as a whole."""
        return self.path


@dataclass(frozen=True, slots=True)
class CodingRequest:
    """One coding to validate."""

    system: str
    code: str
    place: ElementPath
    version: str = ""
    display: str = ""

    @property
    def named(self) -> str:
        """The coding as messages write it: ``'system|version#code ('display')'``."""
        version = f"|{self.version}" if self.version else ""
        display = f" ('{self.display}')" if self.display else ""
        return f"'{self.system}{version}#{self.code}{display}'"


@dataclass(frozen=True, slots=True)
class ValidationOptions:
    """Options of the validation."""

    abstract_allowed: bool = True
    active_only: bool = False
    lenient_display: bool = False
    membership_only: bool = False


@dataclass(slots=True)
class CodingResult:
    """The result for one coding.

    ``member``: whether it is in the value set; None = unknown. ``content``: the version used.
    """

    coding: CodingRequest
    member: bool | None = None
    content: ContentView | None = None
    ident: int | None = None
    record: ConceptRecord | None = None
    display: str | None = None
    status: str = ""
    issues: list[Issue] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  #: unknown systems
    caused_by: list[str] = field(default_factory=list)  #: unknown systems that the value set needs

    def locate(self, content: ContentView) -> None:
        """Set the version with which the coding is validated."""
        if content is self.content:
            return
        self.content = content
        self.ident = content.find(self.coding.code)
        self.record = None if self.ident is None else content.concept(self.ident)

    @property
    def wrong(self) -> bool:
        """Whether any issue is an error."""
        return any(i.severity == "error" for i in self.issues)
