"""The operations that the terminology engine answers, for our code systems and those of a request."""

from __future__ import annotations

from typing import Any

import msgspec

from api.fhir.asking import asked_of, inline_value_set, options_of, store_of
from api.fhir.own_system import OwnSystems, own_address
from api.fhir.parameters import Coding, Inputs, ParametersBody, Resource, named_values
from api.fhir.request_cache import kept_resources
from api.http.limits import FHIR_VALIDATIONS
from api.http.problems import Refused
from api.terminology.compose import Composer
from api.terminology.errors import TermError
from api.terminology.expansion import expand
from api.terminology.languages import asked_languages
from api.terminology.lookup import look_up, subsumes
from api.terminology.options import Options
from api.terminology.store import Store
from api.terminology.validation import validate
from api.trail.notes import note_codes, note_texts


def store_for(systems: OwnSystems, inputs: Inputs) -> Store:
    """The resources that a request can use, those of its `cache-id` among them."""
    return store_of(systems, inputs, kept_resources(inputs))


def value_set_of(store: Store, inputs: Inputs, options: Options) -> Resource:
    """The value set that a request brings or names.

    Raises:
        TermError: 404 if it is not held.
        Refused: 400 if it names none.
    """
    given = inline_value_set(inputs)
    if given is not None:
        return given
    url, version = inputs.required_text("url"), inputs.text("valueSetVersion")
    try:
        return Composer(store, options).value_set(f"{url}|{version}" if version and "|" not in url else url)
    except TermError as error:
        error.status = 404
        raise


def expand_by_engine(systems: OwnSystems, inputs: Inputs) -> Resource:
    """The answer of `$expand`."""
    store, options = store_for(systems, inputs), options_of(inputs)
    value_set = value_set_of(store, inputs, options)
    if not options.languages and (own := asked_languages(value_set)):
        echo = (*options.echo, {"name": "displayLanguage", "valueCode": ",".join(own)})
        options = msgspec.structs.replace(options, languages=own, echo=echo)
    if options.text:
        note_texts((options.text,))
    expanded = expand(store, value_set, options)
    note_codes(len(expanded["expansion"].get("contains", ())))
    return expanded


def validate_in_set(systems: OwnSystems, inputs: Inputs, store: Store | None = None) -> Resource:
    """The answer of `ValueSet/$validate-code`; without a value set, of the coding's own code system.

    Args:
        systems: The server's own code systems.
        inputs: Those of the operation.
        store: Where code systems come from; None for those of the inputs.
    """
    store, options = store or store_for(systems, inputs), options_of(inputs)
    version = inputs.text("systemVersion") or inputs.text("version")
    asked = asked_of(inputs, inputs.text("system"), version)
    if not inputs.given("url") and not inputs.given("valueSet"):
        return validate(store, None, asked, options)
    return validate(store, value_set_of(store, inputs, options), asked, options)


def validate_in_system(systems: OwnSystems, inputs: Inputs) -> Resource:
    """The answer of `CodeSystem/$validate-code`."""
    store, options = store_for(systems, inputs), options_of(inputs)
    system = inputs.text("url") or inputs.text("system") or _inline_url(inputs)
    asked = asked_of(inputs, system, inputs.text("version"))
    return validate(store, None, asked, options)


def _inline_url(inputs: Inputs) -> str | None:
    given = inputs.element("codeSystem", "a CodeSystem")
    return None if given is None else given.get("url")


def validate_many(systems: OwnSystems, inputs: Inputs) -> Resource:
    """The answer of `$batch-validate-code`: one answer or error for each `validation`."""
    asked = inputs.resources("validation")
    if not asked:
        raise Refused(400, "the parameter 'validation' is needed", issue="required")
    if len(asked) > FHIR_VALIDATIONS:
        raise Refused(400, f"a call may have {FHIR_VALIDATIONS} validations", issue="too-costly")
    shared = {name: inputs.all(name) for name in inputs.names if name != "validation"}
    store = store_for(systems, Inputs(shared, shared, (), inputs.accept_language, inputs.caller))
    answers = [_one_of_many(systems, shared, each, store) for each in asked]
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "validation", "resource": answer} for answer in answers],
    }


def _one_of_many(
    systems: OwnSystems, shared: dict[str, list[Any]], asked: Resource, store: Store
) -> Resource:
    """One answer or error; what it brings itself is not used, the shared resources are."""
    try:
        own = named_values(msgspec.convert(asked, ParametersBody))
        values = {**shared, **own}
        return validate_in_set(systems, Inputs(values, values), store)
    except TermError as error:
        return {"resourceType": "OperationOutcome", "issue": [error.issue.as_fhir()]}
    except Refused as error:
        issue = {"severity": "error", "code": error.issue or "invalid", "details": {"text": error.detail}}
        return {"resourceType": "OperationOutcome", "issue": [issue]}
    except msgspec.ValidationError:
        issue = {
            "severity": "error",
            "code": "invalid",
            "details": {"text": "a validation is no Parameters resource"},
        }
        return {"resourceType": "OperationOutcome", "issue": [issue]}


def look_up_by_engine(systems: OwnSystems, inputs: Inputs) -> Resource:
    """The answer of `$lookup` in a code system that is not ours."""
    coding = inputs.coding("coding") or Coding(
        system=inputs.required_text("system"),
        version=inputs.text("version"),
        code=inputs.required_text("code"),
    )
    options = options_of(inputs)
    store = store_for(systems, inputs)
    return look_up(store, own_address(coding.system or ""), coding.version or "", coding.code or "", options)


def subsumes_by_engine(systems: OwnSystems, inputs: Inputs) -> Resource:
    """The answer of `$subsumes`: `codeA` and `codeB` of `system`, or `codingA` and `codingB`."""
    pairs = []
    for letter in "AB":
        coding = inputs.coding(f"coding{letter}")
        system = coding.system if coding else inputs.required_text("system")
        code = coding.code if coding else inputs.required_text(f"code{letter}")
        pairs.append((own_address(system or ""), code or ""))
    if pairs[0][0] != pairs[1][0]:
        raise Refused(400, "the two codes must be of one code system", issue="invalid")
    store = store_for(systems, inputs)
    codes = (pairs[0][1], pairs[1][1])
    return subsumes(store, pairs[0][0], inputs.text("version") or "", codes, options_of(inputs))
