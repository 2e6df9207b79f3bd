"""A ConceptMap in R4's or R5's elements: scopes, versions of groups, relationships, codes without a target.

R4's equivalences without an equal in R5 (``equal``, ``subsumes``, ``specializes``, ``inexact``) become the nearest ones.
Elements that all resources share are converted by ``r4_r5``.
"""

from __future__ import annotations

from typing import Any

from registry.entities.canonical import join, split
from registry.entities.relationships import NOT_RELATED, RELATIONSHIPS, from_r4, to_r4

__all__ = ["map_to_r4", "map_to_r5"]

Json = dict[str, Any]
_R4_RELATIONSHIPS = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ConceptMap.group.element.target.relationship"
)


def map_to_r4(resource: Json) -> Json:
    """The map with ``source[x]``, ``sourceVersion`` and ``equivalence``."""
    made = {_scope_r4(k): v for k, v in resource.items()}
    if isinstance(made.get("identifier"), list):  # R4 has room for one
        made |= {"identifier": made["identifier"][0]} if made["identifier"] else {}
    return _listed(made, "group", _group_r4)


def map_to_r5(resource: Json) -> Json:
    """The map with ``sourceScope[x]``, versions in the canonicals and ``relationship``."""
    made = {_scope_r5(k): v for k, v in resource.items()}
    if isinstance(made.get("identifier"), dict):
        made["identifier"] = [made["identifier"]]
    return _listed(made, "group", _group_r5)


def _scope_r4(name: str) -> str:
    return name.replace("Scope", "") if name.startswith(("sourceScope", "targetScope")) else name


def _scope_r5(name: str) -> str:
    for side in ("source", "target"):
        if name in (f"{side}Uri", f"{side}Canonical"):
            return name.replace(side, f"{side}Scope")
    return name


def _listed(owner: Json, name: str, turn: Any) -> Json:
    if not isinstance(owner.get(name), list):
        return owner
    return {**owner, name: [turn(i) if isinstance(i, dict) else i for i in owner[name]]}


def _group_r4(group: Json) -> Json:
    made = dict(group)
    for side in ("source", "target"):
        url, version = split(str(made.get(side, "")))
        if version:
            made |= {side: url, f"{side}Version": version}
    if isinstance(made.get("unmapped"), dict):
        made["unmapped"] = _unmapped_r4(made["unmapped"])
    return _listed(made, "element", _element_r4)


def _group_r5(group: Json) -> Json:
    made = dict(group)
    for side in ("source", "target"):
        version = made.pop(f"{side}Version", "")
        if version and side in made:
            made[side] = join(str(made[side]), str(version))
    if isinstance(made.get("unmapped"), dict):
        made["unmapped"] = _unmapped_r5(made["unmapped"])
    return _listed(made, "element", _element_r5)


def _without(item: Json, *names: str) -> Json:
    return {k: v for k, v in item.items() if k not in names}


def _element_r4(element: Json) -> Json:
    made = _without(element, "noMap", "valueSet")
    if element.get("noMap") is True:
        made["target"] = [{"equivalence": to_r4("")}]
    return _listed(made, "target", _target_r4)


def _element_r5(element: Json) -> Json:
    targets = element.get("target")
    if isinstance(targets, list) and targets and all(_is_none(t) for t in targets):
        comment = next((t["comment"] for t in targets if t.get("comment")), "")
        made = {**_without(element, "target"), "noMap": True}
        note = {"url": _R4_RELATIONSHIPS.replace("relationship", "comment"), "valueString": comment}
        return {**made, "extension": [*made.get("extension", []), note]} if comment else made
    return _listed(element, "target", _target_r5)


def _is_none(target: Any) -> bool:
    """Whether a target of R4 means that there is no target."""
    return isinstance(target, dict) and target.get("equivalence") == "unmatched" and not target.get("code")


def _target_r4(target: Json) -> Json:
    made = _without(target, "relationship", "valueSet", "property")
    if "relationship" in target:
        made["equivalence"] = to_r4(str(target["relationship"]))
    for name in ("dependsOn", "product"):
        made = _whole(_listed(made, name, _depends_r4), name)
    return made


def _target_r5(target: Json) -> Json:
    made = _without(target, "equivalence")
    if "relationship" not in made:
        made["relationship"] = _relationship(target)
    for name in ("dependsOn", "product"):
        made = _listed(made, name, _depends_r5)
    return made


def _relationship(item: Json) -> str:
    found = from_r4(str(item.get("equivalence", ""))) or NOT_RELATED
    return found if found in RELATIONSHIPS else NOT_RELATED


def _whole(owner: Json, name: str) -> Json:
    """Without those of a list that R4 cannot say: its value is a text, always."""
    if name not in owner:
        return owner
    left = [d for d in owner[name] if isinstance(d, dict) and "value" in d]
    return {**owner, name: left} if left else _without(owner, name)


def _depends_r4(item: Json) -> Json:
    if "attribute" not in item:
        return item
    made: Json = {"property": item["attribute"], **_without(item, "attribute", "valueSet")}
    for name in [n for n in made if n.startswith("value") and n != "value"]:
        value = made.pop(name)
        if isinstance(value, dict):
            elements = {
                "system": value.get("system"),
                "value": value.get("code"),
                "display": value.get("display"),
            }
            made |= {k: v for k, v in elements.items() if v}
        else:
            made["value"] = str(value).lower() if isinstance(value, bool) else str(value)
    return made


def _depends_r5(item: Json) -> Json:
    if "property" not in item:
        return item
    made: Json = {"attribute": item["property"], **_without(item, "property", "system", "value", "display")}
    if item.get("system"):
        coding = {"system": item["system"], "code": item.get("value"), "display": item.get("display")}
        return {**made, "valueCoding": {k: v for k, v in coding.items() if v}}
    return {**made, "valueString": item["value"]} if "value" in item else made


def _unmapped_r4(unmapped: Json) -> Json:
    made = _without(unmapped, "relationship", "valueSet", "otherMap")
    made["mode"] = {"use-source-code": "provided"}.get(str(made.get("mode")), made.get("mode"))
    return {**made, "url": unmapped["otherMap"]} if "otherMap" in unmapped else made


def _unmapped_r5(unmapped: Json) -> Json:
    made = _without(unmapped, "url")
    made["mode"] = {"provided": "use-source-code"}.get(str(made.get("mode")), made.get("mode"))
    return {**made, "otherMap": unmapped["url"]} if "url" in unmapped else made
