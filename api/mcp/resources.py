"""The resources that an agent may read: the release, its modifiers, a section, a code."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

import msgspec

from api.mcp.answers import facts
from api.mcp.messages import ListRelease
from api.mcp.tools import list_release
from api.rest.codes import Wanted, code_page
from api.service import Service

JSON_TYPE = "application/json"
RELEASE, MODIFIERS = "hcpcs://release", "hcpcs://modifiers"
_SECTION = re.compile(r"hcpcs://section/([A-Za-z]|CPT)")
_CODE = re.compile(r"hcpcs://code/([A-Za-z0-9]{5})")


class ResourceLine(NamedTuple):
    """A resource in the list of resources, or a template of many."""

    address: str
    name: str
    description: str


TEMPLATES = (
    ResourceLine(
        "hcpcs://code/{code}",
        "code",
        "What is known of one code today: wording, dates, status, fields in words",
    ),
    ResourceLine("hcpcs://section/{section}", "section", "Every code of a section with its status today"),
)


def resource_lines(service: Service) -> list[ResourceLine]:
    """The resources with an address of their own: release, modifiers, each section."""
    sections = list_release(service, ListRelease()).sections
    return [
        ResourceLine(RELEASE, "release", "Release and model that answer, counts, sections"),
        ResourceLine(MODIFIERS, "modifiers", "Every modifier of the release"),
        *(
            ResourceLine(f"hcpcs://section/{letter}", f"section {letter}", words)
            for letter, words in sections.items()
        ),
    ]


def read_resource(service: Service, address: str) -> bytes | None:
    """A resource as encoded JSON; None when there is nothing at the address."""
    encode = msgspec.json.encode
    if address == RELEASE:
        return encode(list_release(service, ListRelease()))
    if address == MODIFIERS:
        return encode({"release": service.release, "modifiers": service.catalogue.modifiers})
    if match := _SECTION.fullmatch(address):
        wanted = Wanted(match[1], None, None, date.today(), True, len(service.catalogue.records))
        page = code_page(service, wanted)
        return encode(page) if page.codes else None
    if match := _CODE.fullmatch(address):
        found = facts(service, match[1], date.today())
        return encode(found) if found.check.known else None
    return None
