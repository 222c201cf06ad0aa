"""The tools that an agent may call: what each takes and gives, and the scope that it needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import msgspec

from api.callers.caller import BATCH, CODES, SUGGEST
from api.http.problems import Refused
from api.http.schemas import Json, component_schemas
from api.mcp import messages
from api.mcp.answers import checked, facts, suggested
from api.rest.changes import WantedChanges, changes_page
from api.rest.claim_line import ClaimLineRequest
from api.rest.codes import Wanted, code_page
from api.rest.messages import CodePage, ReleaseChanges
from api.rest.releases import releases
from api.rest.suggest import refused_answer
from api.service import Query, Service
from api.trail.notes import note_codes, note_texts
from index.errors import HcpcsError
from index.release.labels import SECTIONS
from suggest.answer import Answer, Ask
from suggest.claim.line import ClaimLine, claim_line


class Tool(msgspec.Struct, frozen=True):
    """A tool.

    Attributes:
        name: As the protocol names it.
        title: For a person.
        description: What an agent reads to choose it.
        takes: Type of the arguments.
        gives: Type of the result.
        scope: What a caller must hold.
        call: Makes the result. Raises HcpcsError for arguments that cannot be answered.
        slow: Whether it works too long for the event loop.
    """

    name: str
    title: str
    description: str
    takes: type[msgspec.Struct]
    gives: type[msgspec.Struct]
    scope: str
    call: Callable[[Service, Any], msgspec.Struct]
    slow: bool = False

    @property
    def input_schema(self) -> Json:
        """JSON schema of the arguments, complete in itself."""
        return _schema(self.takes, is_answer=False)

    @property
    def output_schema(self) -> Json:
        """JSON schema of the result, complete in itself."""
        return _schema(self.gives, is_answer=True)


@cache
def _schema(kind: type[msgspec.Struct], is_answer: bool) -> Json:
    requests, answers = ([], [kind]) if is_answer else ([kind], [])
    schemas = component_schemas(requests, answers, "#/$defs/{name}")
    whole = schemas.pop(kind.__name__)
    whole.pop("anyOf", None)  # of fields that depend on each other; several agents refuse it at this place
    return whole | ({"$defs": schemas} if schemas else {})


def suggest_codes(service: Service, asked: messages.SuggestCodes) -> messages.SuggestedCodes:
    """Ranked codes for one text."""
    note_texts((asked.text,))
    query = asked.query(date.today())
    answer = service.suggest(query.text, query.ask)
    note_codes(len(answer.suggestions))
    return suggested(answer)


def suggest_codes_batch(service: Service, asked: messages.SuggestCodesBatch) -> messages.SuggestedBatch:
    """Ranked codes for each text."""
    note_texts(asked.texts)
    ask = Ask(asked.k, asked.date_of_service or date.today())
    outcomes = service.suggest_each([Query(text, ask) for text in asked.texts])
    answers = [
        outcome if isinstance(outcome, Answer) else refused_answer(service, str(outcome))
        for outcome in outcomes
    ]
    note_codes(sum(len(answer.suggestions) for answer in answers))
    return messages.SuggestedBatch(tuple(suggested(answer) for answer in answers))


def get_codes(service: Service, asked: messages.GetCodes) -> messages.CodesFound:
    """What is known of each code."""
    on = asked.on or date.today()
    return messages.CodesFound(tuple(facts(service, code, on) for code in asked.codes))


def check_code(service: Service, asked: messages.CheckCode) -> messages.CheckedCode:
    """Whether a code is valid on a day, and what to use instead."""
    return checked(service, asked.code, asked.on or date.today())


def browse_codes(service: Service, asked: messages.BrowseCodes) -> CodePage:
    """One page of codes."""
    on = asked.on or date.today()
    wanted = Wanted(asked.section, asked.prefix, asked.cursor, on, asked.include_terminated, asked.limit)
    return code_page(service, wanted)


def make_claim_line(service: Service, asked: ClaimLineRequest) -> ClaimLine:
    """A claim line for a text.

    Raises:
        ToolError: If there is no text and no code, or the text cannot be answered.
    """
    note_texts((asked.text,))
    if not asked.text.strip() and asked.code is None:
        raise ToolError("$.text: give a text, or a code with a text of its amounts")
    line = claim_line(service.suggester, asked.text, asked.ask(date.today()))
    if line.error:
        raise ToolError(f"$.text: {line.error}")
    note_codes(int(line.code is not None))
    return line


def list_release(service: Service, _: messages.ListRelease) -> messages.ReleaseLoaded:
    """The release that answers."""
    loaded = releases(service)
    held = {record.section for record in service.catalogue.records}
    return messages.ReleaseLoaded(
        release=loaded.release,
        model=loaded.model,
        code_sets=loaded.code_sets,
        sections={letter: words for letter, words in SECTIONS.items() if letter in held},
        notice=loaded.notice,
        comparable=loaded.comparable,
    )


def release_changes(service: Service, asked: messages.ReleaseDiff) -> ReleaseChanges:
    """One page of what changed between two releases.

    Raises:
        ToolError: If one of them is not at hand.
    """
    try:
        return changes_page(service, WantedChanges(**msgspec.structs.asdict(asked)))
    except Refused as error:
        raise ToolError(error.detail) from None


class ToolError(HcpcsError):
    """Arguments of a tool that cannot be answered."""


TOOLS = (
    Tool(
        "suggest_codes",
        "HCPCS codes for a text",
        "Ranked HCPCS Level II codes for one supply, drug, device or service in plain words, each with a "
        "calibrated confidence and a reason. When no code is likely it abstains and says why: then ask, do "
        "not guess. "
        f"{messages.DECISION}",
        messages.SuggestCodes,
        messages.SuggestedCodes,
        SUGGEST,
        suggest_codes,
    ),
    Tool(
        "suggest_codes_batch",
        "HCPCS codes for several texts",
        "The same as suggest_codes for up to 200 texts; each answer stands for itself and may abstain; they "
        f"keep the order of the texts. {messages.DECISION}",
        messages.SuggestCodesBatch,
        messages.SuggestedBatch,
        BATCH,
        suggest_codes_batch,
        slow=True,
    ),
    Tool(
        "get_codes",
        "Look up codes",
        "Wording, dates, status, predecessors, neighbours and release fields of up to 50 HCPCS codes. Use it "
        "to verify every code before naming it.",
        messages.GetCodes,
        messages.CodesFound,
        CODES,
        get_codes,
    ),
    Tool(
        "check_code",
        "Check a code on a day",
        "Whether one HCPCS code exists and is active on a date of service, and which codes to use instead of "
        "an ended one.",
        messages.CheckCode,
        messages.CheckedCode,
        CODES,
        check_code,
    ),
    Tool(
        "browse_codes",
        "List codes",
        "Codes of a section or with a common beginning, in tabular order, page by page.",
        messages.BrowseCodes,
        CodePage,
        CODES,
        browse_codes,
    ),
    Tool(
        "claim_line",
        "A claim line for a text",
        "Code, units to bill with their arithmetic, waste, modifiers, unit limits, published fees and "
        f"warnings for one order or charge. {messages.DECISION}",
        ClaimLineRequest,
        ClaimLine,
        SUGGEST,
        make_claim_line,
    ),
    Tool(
        "list_release",
        "The release that answers",
        "Which HCPCS release and model answer, how many codes they hold, and the sections.",
        messages.ListRelease,
        messages.ReleaseLoaded,
        CODES,
        list_release,
    ),
    Tool(
        "release_changes",
        "What changed between two releases",
        "Codes and modifiers that were added, reworded, ended or otherwise changed between two releases that "
        "the service has at hand, page by page, with the number of changes of each kind.",
        messages.ReleaseDiff,
        ReleaseChanges,
        CODES,
        release_changes,
        slow=True,
    ),
)
BY_NAME = {tool.name: tool for tool in TOOLS}
