"""From what the service answers to what an agent reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from api.mcp.messages import CheckedCode, CodeFacts, SuggestedCode, SuggestedCodes, SuggestedItem
from api.rest.codes import NEIGHBOURS, code_detail, unknown_code
from api.service import Service
from index.code_systems import LEVEL_I, LEVEL_II
from suggest.answer import Answer, Suggestion

SYSTEMS = {
    "cpt": "CPT",
    "cdt": "CDT (dental)",
    "icd": "ICD-10",
    "ndc": "NDC (drug packages)",
    "revenue": "revenue codes",
    "not-medical": "nothing medical",
}


def suggested(answer: Answer) -> SuggestedCodes:
    """What an agent reads of an answer. The text itself is not repeated."""
    abstains = answer.no_good_match or answer.error is not None
    codes = _codes(answer.suggestions)
    return SuggestedCodes(
        abstains=abstains,
        abstention=_abstention(answer) if abstains else "",
        suggestions=() if abstains else codes,
        unlikely=codes if abstains else (),
        none_fits=answer.none_fits,
        looks_like=answer.looks_like,
        did_you_mean=answer.did_you_mean,
        warnings=answer.warnings,
        acceptable_together=answer.acceptable_together,
        items=tuple(SuggestedItem(item.start, item.stop, _codes(item.suggestions)) for item in answer.items),
        modifiers=answer.modifiers,
        date_of_service=answer.date_of_service,
        release=answer.release,
        model=answer.model,
        notice=answer.notice,
        error=answer.error or "",
    )


def _abstention(answer: Answer) -> str:
    if answer.error is not None:
        return f"not answered: {answer.error}"
    if answer.looks_like is not None:
        system, probability = SYSTEMS[answer.looks_like.system], answer.looks_like.probability
        return f"no code of this release is likely; the text seems to belong to {system} ({probability:.0%})"
    if not answer.suggestions:
        return "no code of this release shares anything with the text; ask the person for other words"
    best = max(suggestion.confidence for suggestion in answer.suggestions)
    return f"no code is likely: the best candidate has a confidence of {best:.0%}; ask the person for more"


def _codes(suggestions: Iterable[Suggestion]) -> tuple[SuggestedCode, ...]:
    return tuple(
        SuggestedCode(
            code=suggestion.code,
            description=suggestion.description,
            confidence=round(suggestion.confidence, 4),
            status=suggestion.status,
            effective_to=suggestion.effective_to,
            successors=suggestion.successors,
            proposed=suggestion.proposed,
            is_noc=suggestion.is_noc,
            why=suggestion.why.summary,
            against=suggestion.why.against,
        )
        for suggestion in suggestions
    )


def checked(service: Service, code: str, on: date) -> CheckedCode:
    """Whether a code may stand on a claim for a day."""
    word = code.strip().upper()
    record = service.catalogue.record_on(word, on)
    if record is None:
        shown = word if LEVEL_II.matches(word) or LEVEL_I.matches(word) else ""
        return CheckedCode(
            code=shown,
            known=False,
            valid=False,
            on=on,
            status=None,
            message=unknown_code(service, code),
            release=service.release,
            notice=service.notice,
        )
    status = service.catalogue.status_on(word, on) or record.status(on)
    instead = tuple(service.catalogue.instead_of(word, on))
    message = {
        "active": f"{word} is active on {on}",
        "terminated": f"{word} ended on {record.effective_to}",
        "future": f"{word} is valid from {record.effective_from} on",
    }[status]
    if instead:
        message += f"; use {' or '.join(f'{each.code} ({each.named_by})' for each in instead)} instead"
    return CheckedCode(
        code=word,
        known=True,
        valid=status == "active",
        on=on,
        status=status,
        message=message,
        description=record.long_description,
        effective_from=record.effective_from,
        effective_to=record.effective_to,
        use_instead=instead,
        release=service.release,
        notice=service.notice,
    )


def facts(service: Service, code: str, on: date) -> CodeFacts:
    """What is known of a code on a day; for an unknown one, that it is unknown."""
    check = checked(service, code, on)
    record = service.catalogue.record_on(check.code, on) if check.known else None
    if record is None:
        return CodeFacts(check=check)
    detail = code_detail(service, record, on)
    return CodeFacts(
        check=check,
        short_description=detail.short_description,
        section=detail.section,
        level=detail.level,
        is_noc=detail.is_noc,
        predecessors=detail.predecessors,
        neighbours=detail.neighbours[: 2 * NEIGHBOURS],
        explained=tuple(f"{field.label}: {field.words}" for field in detail.explained),
    )
