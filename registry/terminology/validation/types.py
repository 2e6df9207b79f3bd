"""What is asked and answered about codes: the coding, where it stands, and what was found out about it.

Here: plain values shared by the rooms. Not here: any rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.content.view import ContentView
from registry.entities.records import ConceptRecord
from registry.terminology.issues import Issue

__all__ = ["CodingRequest", "CodingResult", "ElementPath", "ValidationOptions"]


@dataclass(frozen=True, slots=True)
class ElementPath:
    """Where a coding stands in the request: ``code`` (loose parameters), ``Coding`` or an indexed one."""

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
    """How strictly to judge."""

    abstract_allowed: bool = True
    active_only: bool = False
    lenient_display: bool = False
    membership_only: bool = False


@dataclass(slots=True)
class CodingResult:
    """What was found out about one coding.

    ``member``: in the value set, not, or (None) impossible to say. ``content`` is the version judged by.
    """

    asked: CodingRequest
    member: bool | None = None
    content: ContentView | None = None
    ident: int | None = None
    record: ConceptRecord | None = None
    display: str | None = None
    status: str = ""
    issues: list[Issue] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  #: systems nobody knows
    caused_by: list[str] = field(default_factory=list)  #: systems that the value set needs and nobody knows

    def locate(self, content: ContentView) -> None:
        """Judge by this version from now on."""
        if content is self.content:
            return
        self.content = content
        self.ident = content.find(self.asked.code)
        self.record = None if self.ident is None else content.concept(self.ident)

    @property
    def wrong(self) -> bool:
        """Whether anything found is an error."""
        return any(i.severity == "error" for i in self.issues)
