"""The codes that a card offers for one concept: of a kind that fits the order, and likely enough together."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from api.cds.drug_forms import form_fits, no_other_drug
from api.cds.kinds import FITS, kinds_of
from api.cds.orders import OrderText
from api.cds.resources import dicts, string
from api.http.limits import (
    CDS_CARD_CONFIDENCE,
    CDS_CONSIDERED,
    CDS_MIN_CONFIDENCE,
    CDS_NONE_FITS,
    CDS_SUGGESTIONS,
)
from api.service import Service
from suggest.answer import Answer, Ask, Suggestion
from suggest.drug_packages import in_words, packages_of

NDC = frozenset({"http://hl7.org/fhir/sid/ndc", "urn:oid:2.16.840.1.113883.6.69"})
"""Addresses of National Drug Codes, for which CMS's crosswalk gives HCPCS codes where the index has it."""

_WORD = re.compile(r"[a-z]{2,}")
_FORMS = frozenset(
    re.findall(
        r"\S+",
        """
        oral tablet tablets tab tabs capsule capsules cap caps chewable coated film extended delayed immediate
        sustained release er xr dr sr ir injection injectable inj infusion solution soln suspension susp
        powder liquid lyophilized reconstituted concentrate emulsion elixir syrup drops cream ointment gel
        lotion foam patch transdermal topical spray inhaler inhalation nebulizer nebulization ophthalmic otic
        nasal rectal suppository prefilled syringe vial pen autoinjector cartridge ampule bag kit pack
        mg mcg ug gm ml meq mmol unt unit units iu hr hour hours
        im iv sc sq subq po subcutaneous intravenous intramuscular by mouth
        daily weekly once twice bid tid qid prn each per dose day
        in of for the and with drug medication single use free sterile generic
        """,
    )
)
"""Words of a drug order that name no drug: forms, routes, units, frequencies."""
_SALTS = frozenset(
    re.findall(
        r"\S+",
        """
        sodium potassium calcium magnesium hydrochloride hcl chloride acetate sulfate phosphate citrate
        tartrate maleate mesylate succinate fumarate besylate
        """,
    )
)
"""Words after the name of a drug that many drugs share; they name one only at the beginning."""


class Offer(msgspec.Struct, frozen=True):
    """A code on a card.

    Attributes:
        confidence: Probability that it is right; None for a code that a table or a rule gives.
        reason: What gave it, where no probability does.
    """

    code: str
    description: str
    status: str
    confidence: float | None = None
    reason: str = ""


def crosswalked(service: Service, order: OrderText) -> list[Offer]:
    """The codes that CMS's crosswalk gives for the concept's packages; none without a crosswalk."""
    packages = packages_of(service.suggester.tables)
    if packages is None:
        return []
    on = order.on or date.today()
    found = {
        one.code: one
        for coding in dicts(order.concept.get("coding"))
        if string(coding.get("system")) in NDC
        for one in packages.named(string(coding.get("code")), on)
    }
    offers = []
    for code, one in found.items():
        record = service.catalogue.get(code)
        if record is not None and not kinds_of(record).isdisjoint(FITS[order.kind]):
            reason = in_words(one)
            status = "active" if order.on is None else record.status(order.on)
            offers.append(Offer(code, record.long_description, status, reason=reason))
    return offers[:CDS_SUGGESTIONS]


def suggested(service: Service, order: OrderText) -> tuple[Answer, list[Offer]]:
    """The answer to the concept's text, and its codes that a card may offer, best first.

    None is offered where another system is likelier than the best of them, where it is likelier than
    `CDS_NONE_FITS` that no code fits, or where all together are less likely than `CDS_CARD_CONFIDENCE`.
    """
    answer = service.suggest(order.text, Ask(CDS_CONSIDERED, order.on))
    if answer.no_good_match or answer.error or answer.none_fits > CDS_NONE_FITS:
        return answer, []
    fitting = [each for each in answer.suggestions if _fits(service, order, each)][:CDS_SUGGESTIONS]
    elsewhere = answer.looks_like.probability if answer.looks_like else 0.0
    if not fitting or elsewhere > fitting[0].confidence:
        return answer, []
    if sum(each.confidence for each in fitting) < CDS_CARD_CONFIDENCE:
        return answer, []
    return answer, [Offer(each.code, each.description, each.status, each.confidence) for each in fitting]


def _fits(service: Service, order: OrderText, suggestion: Suggestion) -> bool:
    """Whether a suggestion may be offered for an order."""
    if suggestion.confidence < CDS_MIN_CONFIDENCE or (
        suggestion.is_noc and suggestion.confidence < CDS_CARD_CONFIDENCE
    ):
        return False
    record = service.catalogue.get(suggestion.code)
    kinds = kinds_of(record) if record is not None else frozenset()
    if kinds.isdisjoint(FITS[order.kind]):
        return False
    if order.kind != "MedicationRequest":
        return True
    other_form = any(
        each.startswith("says ") for each in suggestion.why.against
    )  # "says oral; your text says iv"
    return (
        not other_form
        and form_fits(order.text, suggestion.description)
        and no_other_drug(order.text, suggestion.description)
        and names_drug(order.text, suggestion)
    )


def names_drug(text: str, suggestion: Suggestion) -> bool:
    """Whether a word that names the drug is among what the suggestion matched.

    A tablet of aspirin matches the words of one of prednisone, except for the drug.
    """
    content = [word for word in _WORD.findall(text.lower()) if word not in _FORMS]
    names = {*content[:1], *(word for word in content if word not in _SALTS)}
    why = suggestion.why
    theirs = set(_WORD.findall(f"{why.term} {suggestion.description}".lower()))
    matched = set(_WORD.findall(" ".join(why.words).lower()))
    for reading in (*why.corrections, *why.expansions):
        typed, _, read_as = reading.lower().partition(" -> ")
        if not theirs.isdisjoint(_WORD.findall(read_as)):
            matched.update(_WORD.findall(typed))
    return not matched.isdisjoint(names)
