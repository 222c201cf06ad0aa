"""`POST /fhir` with a batch Bundle: several operations and reads in one call.

Meaning: https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from time import thread_time
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from api.fhir.held import KINDS, Held
from api.fhir.operations import OPERATIONS
from api.fhir.outcome import operation_outcome
from api.fhir.own_system import OwnSystems
from api.fhir.parameters import Inputs, ParametersBody, Resource, named_values
from api.fhir.responses import term_outcome
from api.http.problems import Failure, Refused, decode_problem
from api.terminology.errors import TermError

ENTRIES = 25  # in one batch; a batch counts as one request
SECONDS = 6.0  # of processor time, after which the entries that are left are refused


LATE = Refused(422, "the entries before this one took too long; send it apart", issue="too-costly")


class EntryRequest(msgspec.Struct, frozen=True):
    """What one entry asks for."""

    method: Literal["GET", "POST"]
    url: str


class Entry(msgspec.Struct, frozen=True):
    """One entry: a request, and for POST its Parameters."""

    request: EntryRequest
    resource: Resource | None = None


class BatchBody(msgspec.Struct, frozen=True):
    """A Bundle of type `batch`."""

    resourceType: Literal["Bundle"]  # FHIR's own spelling
    type: Literal["batch"]
    entry: tuple[Entry, ...] = ()


def run_batch(systems: OwnSystems, held: Held, body: BatchBody, context: tuple[str | None, str]) -> Resource:
    """The answers in the order of the entries; one that is refused has its OperationOutcome.

    Args:
        systems: The server's own code systems.
        held: The server's own resources.
        body: The batch.
        context: `Accept-Language` and caller.

    Raises:
        Refused: 400 for too many entries.
    """
    if len(body.entry) > ENTRIES:
        raise Refused(400, f"a batch may have {ENTRIES} entries", issue="too-costly")
    end = thread_time() + SECONDS
    entries = [
        _answered(systems, held, entry, context) if thread_time() < end else _refused_as(LATE)
        for entry in body.entry
    ]
    bundle: Resource = {"resourceType": "Bundle", "type": "batch-response"}
    return {**bundle, "entry": entries} if entries else bundle  # FHIR has no empty lists


def _answered(systems: OwnSystems, held: Held, entry: Entry, context: tuple[str | None, str]) -> Resource:
    try:
        return {"resource": _answer(systems, held, entry, context), "response": {"status": "200"}}
    except TermError as error:
        return _refused(error.status, term_outcome(error))
    except msgspec.ValidationError as error:
        return _refused_as(decode_problem(error))
    except Refused as error:
        return _refused_as(error)


def _refused_as(error: Refused) -> Resource:
    failure = Failure(error.status_code, error.detail, issue=error.issue)
    return _refused(error.status_code, msgspec.json.decode(operation_outcome(failure)[0]))


def _refused(status: int, outcome: Resource) -> Resource:
    return {"response": {"status": str(status), "outcome": outcome}}


def _answer(systems: OwnSystems, held: Held, entry: Entry, context: tuple[str | None, str]) -> Resource:
    try:
        address = urlsplit(entry.request.url)
    except ValueError:
        raise Refused(400, "the address of an entry cannot be read") from None
    parts = address.path.strip("/").split("/")
    values: dict[str, list[Any]] = dict(parse_qs(address.query, keep_blank_values=True, max_num_fields=100))
    operation = next((each for each in OPERATIONS if parts == [each.kind, f"${each.code}"]), None)
    if operation is not None:
        if entry.request.method == "POST":
            values.update(named_values(msgspec.convert(entry.resource or {}, ParametersBody)))
        return operation.run(systems, Inputs(values, operation.known, (), *context))
    if entry.request.method == "GET" and len(parts) == 2 and parts[0] in KINDS:
        return held.read(*parts)
    raise Refused(404, "a batch takes operations and reads of CodeSystem, ValueSet and ConceptMap")
