"""`$translate`: the targets that concept maps give a code, in either direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from api.terminology import versions
from api.terminology.compose import canonical_of
from api.terminology.concepts import Resource
from api.terminology.store import Store

# R5 relationship -> R4 equivalence: https://hl7.org/fhir/R5/conceptmap-versions.html
EQUIVALENCES = {
    "equivalent": "equivalent",
    "source-is-narrower-than-target": "wider",
    "source-is-broader-than-target": "narrower",
    "related-to": "relatedto",
    "not-related-to": "disjoint",
}
RELATIONSHIPS = {
    **{equivalence: relationship for relationship, equivalence in EQUIVALENCES.items()},
    "equal": "equivalent",
    "subsumes": "source-is-narrower-than-target",
    "specializes": "source-is-broader-than-target",
    "inexact": "related-to",
    "unmatched": "not-related-to",
}
NO_MATCH = ("disjoint", "unmatched")


class Question(msgspec.Struct, frozen=True):
    """What is to be translated.

    Attributes:
        codes: System and code of each; an empty system stands for any.
        target_system: Only targets in it; empty for any.
        reverse: Whether the codes are targets, and their sources are wanted.
        map_url: Only the concept map of this address; empty for any.
        as_r5: Whether the answer has R5's parts too.
    """

    codes: tuple[tuple[str, str], ...]
    target_system: str = ""
    reverse: bool = False
    map_url: str = ""
    as_r5: bool = False


def translate(store: Store, question: Question, more: Sequence[Resource] = ()) -> Resource:
    """The answer of `$translate` as Parameters.

    Args:
        store: Whose concept maps are used.
        question: The codes.
        more: Concept maps beside those of the store.
    """
    maps = [
        each
        for each in (*store.concept_maps, *more)
        if not question.map_url or each.get("url") == versions.split(question.map_url)[0]
    ]
    matches = [match for each in maps for match in _matches(store, each, question)]
    result = any(match["equivalence"] not in NO_MATCH for match in matches)
    parts: list[Resource] = [{"name": "result", "valueBoolean": result}]
    said = [f"{match['concept'].get('code')}: {match['comment']}" for match in matches if match["comment"]]
    if not result:
        said = ["no concept map that is held has a match for the code"]
    if said:
        parts.append({"name": "message", "valueString": "; ".join(dict.fromkeys(said))})
    return {"resourceType": "Parameters", "parameter": [*parts, *(_part(one, question) for one in matches)]}


def _matches(store: Store, concept_map: Resource, question: Question) -> Iterator[Resource]:
    for group in concept_map.get("group", []):
        ends = str(group.get("source", "")), str(group.get("target", ""))
        store.work(len(group.get("element", [])))
        if question.target_system and versions.split(ends[1])[0] != question.target_system:
            continue
        for system, code in question.codes:
            start = versions.split(ends[1] if question.reverse else ends[0])[0]
            if system and system != start:
                continue
            if question.reverse:
                yield from _sources(concept_map, group, ends, code)
            else:
                yield from _targets(concept_map, group, ends, code)


def _targets(concept_map: Resource, group: Resource, ends: tuple[str, str], code: str) -> Iterator[Resource]:
    found = [element for element in group.get("element", []) if element.get("code") == code]
    for element in found:
        for target in element.get("target", []):
            yield _match(concept_map, ends, code, target)
    unmapped = group.get("unmapped", {})
    if not found and unmapped.get("mode") == "fixed":
        yield _match(concept_map, ends, code, unmapped)
    elif not found and unmapped.get("mode") in ("provided", "use-source-code"):
        yield _match(concept_map, ends, code, {"code": code, "equivalence": "equal"})


def _sources(concept_map: Resource, group: Resource, ends: tuple[str, str], code: str) -> Iterator[Resource]:
    for element in group.get("element", []):
        for target in element.get("target", []):
            if target.get("code") == code:
                yield _match(concept_map, ends, str(element.get("code")), target)


def _match(concept_map: Resource, ends: tuple[str, str], code: str, target: Resource) -> Resource:
    given = target.get("equivalence") or EQUIVALENCES.get(str(target.get("relationship")), "relatedto")
    return {
        "equivalence": given,
        "source": {"system": versions.split(ends[0])[0], "code": code},
        "concept": {
            "system": versions.split(ends[1])[0],
            **({"code": target["code"]} if "code" in target else {}),
            **({"display": target["display"]} if target.get("display") else {}),
        },
        "map": canonical_of(concept_map),
        "comment": target.get("comment"),
    }


def _part(match: Resource, question: Question) -> Resource:
    inner: list[Resource] = [{"name": "equivalence", "valueCode": match["equivalence"]}]
    if question.as_r5:
        inner.append({"name": "relationship", "valueCode": RELATIONSHIPS[match["equivalence"]]})
        inner.append({"name": "concept", "valueCoding": match["concept"]})
        if question.reverse:
            inner.append({"name": "source", "valueCoding": match["source"]})
        inner.append({"name": "originMap", "valueCanonical": match["map"]})
    else:
        inner.append({"name": "concept", "valueCoding": match["source" if question.reverse else "concept"]})
        inner.append({"name": "source", "valueUri": match["map"]})
    return {"name": "match", "part": inner}
