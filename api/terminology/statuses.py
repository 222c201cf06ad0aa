"""What the status of a resource warns of: deprecated, withdrawn, retired, experimental, draft."""

from __future__ import annotations

from collections.abc import Iterator

from api.terminology.concepts import STANDARDS_STATUS, Resource, value_of
from api.terminology.errors import Issue


def warnings_of(resource: Resource) -> Iterator[tuple[str, str]]:
    """The word that warns of a resource, and its address with version."""
    version = resource.get("version")
    canonical = f"{resource.get('url', '')}|{version}" if version else str(resource.get("url", ""))
    extensions = resource.get("extension", [])
    standards = [value_of(each) for each in extensions if each.get("url") == STANDARDS_STATUS]
    for word in ("deprecated", "withdrawn"):
        if word in standards:
            yield word, canonical
            return
    if resource.get("status") == "retired":
        yield "retired", canonical
    elif resource.get("resourceType") != "CodeSystem":
        return
    elif resource.get("experimental") is True:
        yield "experimental", canonical
    elif resource.get("status") == "draft":
        yield "draft", canonical


def status_issues(resource: Resource) -> Iterator[Issue]:
    """The same as an issue of a validation."""
    for word, canonical in warnings_of(resource):
        kind = resource.get("resourceType")
        yield Issue(
            "information",
            "business-rule",
            "status-check",
            f"Reference to {word} {kind} {canonical}",
            f"MSG_{word.upper()}",
            told=False,
        )
