"""`GET /v1/codes/{code}` and `GET /v1/codes`: look-up and browse."""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple

import msgspec
from litestar import get
from litestar.openapi.spec import Example as ParameterExample
from litestar.params import PathParameter, QueryParameter
from litestar.types import ControllerRouterHandler

from api.http.described import EXAMPLE, Example, problems
from api.http.limits import BROWSE_DEFAULT, BROWSE_MAX
from api.http.problems import Refused
from api.rest.messages import TAG, CodeDetail, CodeLine, CodePage, FieldInWords, Life, ProcessingNote
from api.service import Service
from index.code_systems import LEVEL_I, LEVEL_II
from index.records import Record
from index.release.labels import explain
from index.tables.code_table import Setting
from suggest.claim.fitting import fitting_modifiers

NEIGHBOURS = 5  # on each side, in the details of a code
EXAMPLE_CODE = "E0143"
LAST = "ZZZZZ"  # behind every code
STATE_FORM = "^[A-Za-z]{2}$"

Code = Annotated[
    str,
    PathParameter(
        description="A HCPCS code, in any letter case.", examples=[ParameterExample(value=EXAMPLE_CODE)]
    ),
]
Day = Annotated[
    date | None,
    QueryParameter(description="The day that decides status and wording; today when left out."),
]


class Wanted(NamedTuple):
    """Which codes are listed: see the query parameters of the route."""

    section: str | None
    prefix: str | None
    cursor: str | None
    on: date
    include_terminated: bool
    limit: int
    first: str = ""
    last: str = LAST


def code_routes(service: Service) -> list[ControllerRouterHandler]:
    """Route handlers of `/v1/codes`."""
    return [_look_up_route(service), _browse_route(service)]


def _look_up_route(service: Service) -> ControllerRouterHandler:
    def example() -> Example:
        record = service.catalogue.get(EXAMPLE_CODE) or service.catalogue.records[0]
        return Example(answer=msgspec.to_builtins(code_detail(service, record, date.today())))

    @get(
        "/v1/codes/{code:str}",
        tags=[TAG],
        summary="Everything known of a code",
        response_description="The code",
        responses=problems(401, 404, 422),
        opt={EXAMPLE: example},
        sync_to_thread=False,
    )
    def read_code(
        code: Code,
        on: Day = None,
        modifiers: Annotated[
            bool, QueryParameter(description="Also list the modifiers of the release.")
        ] = False,
        setting: Annotated[
            Setting | None, QueryParameter(description="Limits and fees of this setting; all when left out.")
        ] = None,
        of_state: Annotated[  # the framework keeps the name `state` for itself
            str | None,
            QueryParameter(
                name="state",
                description="Fees of this state, by its postal abbreviation.",
                pattern=STATE_FORM,
            ),
        ] = None,
    ) -> CodeDetail:
        """Descriptions, dates, status, successors, neighbours, limits, fees, all fields of the release."""
        day = on or date.today()
        record = service.catalogue.record_on(code.strip().upper(), day)
        if record is None:
            raise Refused(404, unknown_code(service, code))
        return msgspec.structs.replace(
            code_detail(service, record, day, modifiers),
            limits=service.limits.limits(record.code, day, setting),
            fees=service.limits.fees(record.code, day, setting, of_state.upper() if of_state else None),
            table_warnings=service.limits.warnings(record.code, day, setting),
        )

    return read_code


def _browse_route(service: Service) -> ControllerRouterHandler:
    @get(
        "/v1/codes",
        tags=[TAG],
        summary="Codes in tabular order",
        response_description="One page",
        responses=problems(401, 422),
        sync_to_thread=False,
    )
    def browse_codes(
        section: Annotated[
            str | None, QueryParameter(description="Only codes of this section: a letter, or CPT.")
        ] = None,
        prefix: Annotated[
            str | None, QueryParameter(description="Only codes that begin with these characters.")
        ] = None,
        first: Annotated[str | None, QueryParameter(description="Only codes from this one on.")] = None,
        last: Annotated[str | None, QueryParameter(description="Only codes up to this one.")] = None,
        cursor: Annotated[str | None, QueryParameter(description="`next_cursor` of the page before.")] = None,
        on: Day = None,
        include_terminated: Annotated[
            bool, QueryParameter(description="Also codes that have ended.")
        ] = False,
        limit: Annotated[
            int, QueryParameter(description="Codes a page.", ge=1, le=BROWSE_MAX)
        ] = BROWSE_DEFAULT,
    ) -> CodePage:
        """Page by page; `next_cursor` is null on the last page."""
        wanted = Wanted(
            section, prefix, cursor, on or date.today(), include_terminated, limit, first or "", last or LAST
        )
        return code_page(service, wanted)

    return browse_codes


def code_page(service: Service, wanted: Wanted) -> CodePage:
    """One page of the codes that are wanted."""
    section, prefix = (wanted.section or "").upper(), (wanted.prefix or "").upper()
    matches = [
        record
        for record in service.catalogue.records
        if section in ("", record.section)
        and record.code.startswith(prefix)
        and wanted.first.upper() <= record.code <= wanted.last.upper()
        and (wanted.include_terminated or record.status(wanted.on) != "terminated")
    ]
    return _page(service, matches, (wanted.cursor or "").upper(), wanted.limit, wanted.on)


def unknown_code(service: Service, code: str) -> str:
    """Why a code has no record: not a code at all, or not in this release; never repeats it."""
    word = code.strip().upper()
    if LEVEL_I.matches(word):
        return "CPT (Level I) codes are held only by an index built with a licence holder's own CPT file"
    if LEVEL_II.matches(word):
        return f"release {service.release} has no such code"
    return "a HCPCS Level II code is one letter (A-V without D, I, N and O) and four digits"


def _page(service: Service, matches: list[Record], cursor: str, limit: int, day: date) -> CodePage:
    """The codes after the cursor, which is the last code of the page before."""
    remaining = [record for record in matches if record.code > cursor]
    return CodePage(
        release=service.release,
        model=service.model,
        notice=service.notice,
        on=day,
        total=len(matches),
        codes=tuple(CodeLine.of(record, day) for record in remaining[:limit]),
        next_cursor=remaining[limit - 1].code if len(remaining) > limit else None,
    )


def code_detail(service: Service, record: Record, on: date, modifiers: bool = False) -> CodeDetail:
    """Everything known of a record on a date."""
    fees = service.limits.fees(record.code, on)
    neighbours = service.catalogue.neighbours(record.code, NEIGHBOURS)
    note = service.catalogue.note(record)
    return CodeDetail(
        release=service.release,
        model=service.model,
        notice=service.notice,
        on=on,
        code=record.code,
        description=record.long_description,
        short_description=record.short_description,
        status=service.catalogue.status_on(record.code, on) or record.status(on),
        level=record.level,
        section=record.section,
        effective_from=record.effective_from,
        effective_to=record.effective_to,
        is_noc=record.is_noc,
        successors=record.successors,
        use_instead=tuple(service.catalogue.instead_of(record.code, on)),
        predecessors=service.predecessors.get(record.code, ()),
        neighbours=tuple(CodeLine.of(neighbour, on) for neighbour in neighbours),
        modifiers=tuple(service.catalogue.modifiers) if modifiers else (),
        record=record,
        explained=tuple(FieldInWords(label, words) for label, words in explain(record, note)),
        fitting_modifiers=fitting_modifiers(record, service.catalogue.modifiers, fees),
        lives=tuple(Life.of(one) for one in service.catalogue.lives(record.code)),
        processing_note=ProcessingNote(record.processing_note, note) if record.processing_note else None,
    )
