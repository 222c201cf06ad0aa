"""The FHIR resources of a CDS Hooks call: drafts, what was prefetched, and what references mean.

Resource layouts: https://hl7.org/fhir/R4/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]
ElementPath = tuple[str | int, ...]  # keys and list positions from a resource to an element
Entry = tuple[str, Json]  # full address, empty if none is given, and resource

_VERSION = re.compile(r"/_history/[^/]*$")
_UUID = "urn:uuid:"


def dicts(value: Any) -> list[Json]:
    """The objects in a JSON list; empty if the value is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def string(value: Any) -> str:
    """A JSON string without surrounding blanks; empty if the value is not a string."""
    return value.strip() if isinstance(value, str) else ""


def entries(bundle: Any) -> Iterator[Entry]:
    """The resources of a Bundle with their full addresses; of any other resource, itself."""
    if not isinstance(bundle, dict):
        return
    if bundle.get("resourceType") not in (None, "Bundle"):
        yield "", bundle
    for entry in dicts(bundle.get("entry")):
        if isinstance(entry.get("resource"), dict):
            yield string(entry.get("fullUrl")), entry["resource"]


class Selection:
    """The resources that some references name.

    Args:
        references: Each is `Type/id`, an absolute address that ends so, an entry's full address, `urn:uuid:`
            with the id, or the id alone; a version at the end is ignored.
    """

    def __init__(self, references: Iterable[str]) -> None:
        given = [_VERSION.sub("", reference.strip()) for reference in references]
        self._named = frozenset(given) | {"/".join(one.split("/")[-2:]) for one in given}

    def __contains__(self, entry: Entry) -> bool:
        full, resource = entry
        identifier = string(resource.get("id"))
        forms = {full} - {""}
        if identifier:
            local = f"{string(resource.get('resourceType'))}/{identifier}"
            forms |= {local, identifier, _UUID + identifier}
        return not self._named.isdisjoint(forms)


class Resources:
    """Finds the resources that references of a call mean.

    Args:
        drafts: Of the session; these may be changed by a card.
        prefetched: What the client sent beside them.
    """

    def __init__(self, drafts: Iterable[Entry], prefetched: Iterable[Entry]) -> None:
        self.drafts = tuple(drafts)
        self.prefetched = tuple(prefetched)
        self._found: dict[str, Json] = {}
        for full, resource in (*self.prefetched, *self.drafts):
            kind, identifier = string(resource.get("resourceType")), string(resource.get("id"))
            if identifier:
                for name in (f"{kind}/{identifier}", _UUID + identifier):
                    self._found[name] = resource
            if full:
                self._found[full] = resource

    def find(self, reference: str) -> Json | None:
        """The resource that a reference means, or None if it did not come with the call."""
        wanted = _VERSION.sub("", reference)
        if wanted in self._found:
            return self._found[wanted]
        return self._found.get("/".join(wanted.split("/")[-2:]))

    def is_draft(self, resource: Json) -> bool:
        """Whether a resource is one of the drafts of the session."""
        return any(draft is resource for _, draft in self.drafts)


def contained(resource: Json, reference: str) -> tuple[ElementPath, Json] | None:
    """Path and value of the contained resource that `#id` means, or None."""
    inner = resource.get("contained")
    for at, item in enumerate(inner if isinstance(inner, list) else []):
        if isinstance(item, dict) and string(item.get("id")) and reference == f"#{string(item.get('id'))}":
            return ("contained", at), item
    return None


def prefetched_entries(prefetch: Json | None) -> Iterator[Entry]:
    """The resources of a call's `prefetch`, whose values are resources, Bundles or null."""
    for value in (prefetch or {}).values():
        yield from entries(value)
