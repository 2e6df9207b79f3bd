"""``ContentView``: the protocol by which operations read the content of a version.

Two implementations: ``registry.content.stored.StoredView`` over a stored release, and
``registry.content.memory.MemoryView`` over records (resources sent in a request, supplements, tests: the
slow twin). Operations know only this protocol.

Sets are ``BitMap``s of concept ids that are local to the view (state ids in a stored release). An id never
leaves the process and has no meaning in another view. Every list is in the view's order.

Sets contain *members*: concepts of the version. If only a complementing source asserts the hierarchy, ``parents``,
``children`` and ``roots`` also return *groups*: its chapters and blocks above members, which have records, relatives
and displays but are not members (``find`` does not return them, ``find_in_hierarchy`` does). Groups come first in lists.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, runtime_checkable

from registry.entities.records import ConceptRecord, PropertyDefinition

if TYPE_CHECKING:
    from pyroaring import BitMap

    from registry.store.state_texts import StateTexts

__all__ = ["ContentView", "ViewInfo"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewInfo:
    """Metadata of the version that operations use."""

    system: str  #: slug, or empty for a resource sent in a request
    url: str
    version: str  #: label as shown to clients
    case_sensitive: bool = True
    content: str = "complete"  #: complete, fragment, supplement, example, not-present
    language: str = ""
    title: str = ""
    status: str = "active"  #: draft, active, retired, unknown
    experimental: bool = False
    standards_status: str = (
        ""  #: deprecated, withdrawn, draft … if the source has it in addition to ``status``
    )
    name: str = ""  #: the computer-friendly name, if the source has one
    valid_from: date | None = None
    valid_to: date | None = None
    release: str = ""
    provisional: bool = False
    #: origin of parents and children: a source, the codes (a shorter code contains its longer ones), or none
    hierarchy: Literal["asserted", "structural", ""] = ""
    compositional: bool = False
    version_needed: bool = False
    supplements: str = ""  #: canonical that a supplement supplements
    value_set: str = ""  #: canonical of the all-codes value set
    properties: tuple[PropertyDefinition, ...] = ()
    shell: dict[str, Any] = field(default_factory=dict)  #: the metadata of the source


@runtime_checkable
class ContentView(Protocol):
    """Read-only content of one version of one system."""

    @property
    def info(self) -> ViewInfo: ...

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """A value derived from the content alone, computed once if the content is stored; ``key`` identifies it."""

    def state_texts(self, look: Hashable) -> StateTexts:
        """Texts by id that follow from single records, kept where they are stored; ``look`` says how they are written."""

    def find(self, code: str) -> int | None:
        """Id of the code as written, in canonical form, or (case-insensitive systems) in other case."""

    def find_many(self, codes: Sequence[str]) -> list[int | None]:
        """``find`` for many codes at once, in their order."""

    def find_concept(self, key: str) -> int | None:
        """Id of the member or group with the stable key."""

    def renamed(self, code: str) -> list[int]:
        """Ids of members that had the code in another version and have another code in this one."""

    def parents_of(self, record: ConceptRecord) -> list[int]:
        """``parents`` of a record that the caller has already."""

    def concept(self, ident: int) -> ConceptRecord:
        """The record of an id of this view."""

    def concepts(self, idents: Sequence[int]) -> list[ConceptRecord]:
        """Records of many ids, in the order given (one round trip)."""

    def display(self, ident: int, languages: Sequence[str] = ()) -> str:
        """The text to show: the best designation in the first of the languages that has one."""

    def all(self) -> BitMap:
        """Ids of all concepts."""

    def page(self, idents: BitMap, offset: int, count: int | None) -> list[int]:
        """Ids of one page of the set, in the view's order (count None = to the end)."""

    def __len__(self) -> int: ...

    def groups(self) -> BitMap:
        """Ids of concepts above members that only the source of the hierarchy has."""

    def find_in_hierarchy(self, code: str) -> int | None:
        """Id of a member or group by its code."""

    def parents(self, ident: int) -> list[int]: ...

    def parents_within(self, idents: Sequence[int]) -> list[int | None]:
        """For each of the members the first of its parents, in the view's order, that is one of them."""

    def children(self, ident: int) -> list[int]: ...

    def roots(self) -> list[int]: ...

    def ancestors(self, ident: int) -> BitMap:
        """All members above, without the concept itself."""

    def descendants(self, ident: int) -> BitMap:
        """All members below, without the concept itself."""

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """Whether ``descendant`` is a proper descendant of ``ancestor``; either may be a group."""

    def inactive(self) -> BitMap: ...

    def not_selectable(self) -> BitMap:
        """Ids of abstract concepts and headers."""

    def with_property(self, code: str) -> BitMap:
        """Ids that have any value of the property."""

    def property_equals(self, code: str, value: str) -> BitMap:
        """Ids that have the value (booleans as ``true``/``false``, a Coding by its code)."""

    def property_values(self, code: str) -> Iterator[tuple[str, BitMap]]:
        """Each distinct value as text with the ids that have it, values sorted."""

    def matching(self, text: str, within: BitMap | None = None) -> BitMap:
        """All ids that ``search`` would return, as a set."""

    def search(self, text: str, within: BitMap | None = None) -> Iterator[int]:
        """Ids whose designations or code match every word of the text as a prefix, best first, each once."""
