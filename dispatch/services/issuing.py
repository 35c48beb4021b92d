"""Issue documents in bulk: numbered, addressed, written, with the clock of their answer, and recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.services.notices import Draft
from cases import calendars
from cases.deadlines import Entry, Limit, reckon
from cases.explanation import sentence
from cases.ladders import Rung
from cases.lifecycle import ClockKind
from cases.models import Case, CaseEvent, Clock
from cases.privacy import redact
from cases.services.clocks import Start, Want, open_clocks
from cases.services.limits import Rule
from cases.services.lives import entries_of_many
from dispatch.models import Document, Whistle
from dispatch.services.numbers import reserve_ids, take_numbers
from dispatch.services.parties import Parties, Party
from dispatch.sheets import number_of
from dispatch.sheets.text import SHANGHAI, Facts, write


@dataclass(frozen=True, slots=True)
class Issue:
    """A rung that writes a document: the clock it is due for, and to whom it is said."""

    clock: Clock
    rung: Rung
    to: Party
    copies: tuple[Party, ...]
    urgent: bool


def issue_of(clock: Clock, rung: Rung, parties: Parties) -> Issue:
    """Return what is to be issued: addressed to the first party of the rung, copied to the others."""
    first, *others = parties.of(clock, (*rung.to, *rung.cc))
    return Issue(clock, rung, first, tuple(others), is_urgent(clock, parties))


def is_urgent(clock: Clock, parties: Parties) -> bool:
    """Tell whether what is said of the clock may not wait for the morning."""
    whistle = parties.whistle_of(clock)
    emergency = whistle is not None and whistle.kind == Whistle.Kind.EMERGENCY
    return emergency or clock.case.urgency == Case.Urgency.CRITICAL


def issue_documents(issues: Sequence[Issue], parties: Parties, at: datetime) -> list[Draft]:
    """Write the documents, in the order in which they were due, and return the notices of them.

    As many queries for one document as for two hundred. The caller holds the clocks and their cases.
    """
    if not issues:
        return []
    lives = entries_of_many([issue.clock for issue in issues])
    years = [_issued(issue).astimezone(SHANGHAI).year for issue in issues]
    ids = reserve_ids(len(issues))
    series = [(str(issue.rung.form), year) for issue, year in zip(issues, years, strict=True)]
    documents = []
    for issue, pk, (form, year), seq in zip(issues, ids, series, take_numbers(series), strict=True):
        number = number_of(settings.DOCUMENT_PREFIX, form, year, seq)
        documents.append(_document(issue, parties, at, id=pk, year=year, seq=seq, number=number))
    _ask_for_answers(issues, documents, parties, at)
    for issue, document in zip(issues, documents, strict=True):
        document.sheet = write(_facts(issue, document, parties, lives[issue.clock.pk])).as_json()
    Document.objects.bulk_create(documents)
    _copy_to(issues, documents)
    CaseEvent.objects.bulk_create(
        [_event(issue, document, at) for issue, document in zip(issues, documents, strict=True)]
    )
    return [
        draft
        for issue, document in zip(issues, documents, strict=True)
        for draft in _notices(issue, document)
    ]


def _issued(issue: Issue) -> datetime:
    """Return the true time at which the rung was due."""
    assert issue.clock.alert_at is not None
    return issue.clock.alert_at


def _document(issue: Issue, parties: Parties, at: datetime, **known: Any) -> Document:
    clock = issue.clock
    assert clock.due_at is not None
    return Document(
        form=str(issue.rung.form),
        clock=clock,
        climb=clock.climb,
        rung=clock.rung,
        case=clock.case,
        order=parties.order_of(clock),
        unit=issue.to.unit,
        colour=issue.rung.colour,
        due_was=clock.due_at,
        issued_at=_issued(issue),
        written_at=at,
        **known,
    )


def _ask_for_answers(
    issues: Sequence[Issue], documents: Sequence[Document], parties: Parties, at: datetime
) -> None:
    """Start the clock of each answer that is asked for. It runs from when the document was written:
    nobody answers what a late sweep has not yet said. A document about an answer that did not come asks
    for that one, and for no second."""
    asked = [
        (document, _start(issue, document, issue.rung.answer, parties))
        for issue, document in zip(issues, documents, strict=True)
        if issue.rung.answer is not None and issue.clock.kind != ClockKind.ANSWER
    ]
    clocks = open_clocks([start for _document, start in asked], at)
    for (document, _), clock in zip(asked, clocks, strict=True):
        document.answer_clock, document.answer_due_at = clock, clock.due_at


def _start(issue: Issue, document: Document, limit: Limit, parties: Parties) -> Start:
    whistle = parties.whistle_of(issue.clock)
    assert isinstance(limit.amount, Decimal)  # as `cases.ladders` reads it
    rule = Rule(limit.amount, limit.unit.value, document.number)
    kind = whistle.kind if whistle else ""
    want = Want(ClockKind.ANSWER, document.unit_id, rule, kind)
    return Start(issue.clock.case, want, document_ref=document.pk)


def _facts(issue: Issue, document: Document, parties: Parties, life: list[Entry]) -> Facts:
    clock, case = issue.clock, issue.clock.case
    calendar = calendars.of_version(clock.calendar_id)
    with translation.override("zh-hans"):
        why = sentence(reckon(life, calendar))
    return Facts(
        form=document.form,
        colour=document.colour,
        number=document.number,
        issuer=parties.centre.name,
        to=issue.to.name,
        owner=clock.unit.name,
        copies=tuple(p.name for p in issue.copies if p.name != parties.centre.name),
        case_number=case.number,
        category=case.category.name,
        place=redact(case.address, case) or case.area.name,
        text=redact(case.text, case),
        clock=clock.kind,
        due_was=document.due_was,
        why=why,
        source=str(clock.policy.get("source", "")),
        issued_at=document.issued_at,
        answer_due_at=document.answer_due_at,
    )


def _copy_to(issues: Sequence[Issue], documents: Sequence[Document]) -> None:
    row = Document.cc.through
    row.objects.bulk_create(
        [
            row(document_id=document.pk, unit_id=unit_id)
            for issue, document in zip(issues, documents, strict=True)
            for unit_id in sorted({party.unit.pk for party in issue.copies})
        ]
    )


def _event(issue: Issue, document: Document, at: datetime) -> CaseEvent:
    case = issue.clock.case
    return CaseEvent(
        case=case,
        step=f"ladder.{document.form}",
        state=case.state,
        round=case.round,
        at=at,
        unit_id=document.unit_id,
        order_ref=issue.clock.order_ref,
        details={
            "document": document.pk,
            "number": document.number,
            "clock": issue.clock.kind,
            "due_at": document.due_was.isoformat(),
            "issued_at": document.issued_at.isoformat(),
        },
    )


def _notices(issue: Issue, document: Document) -> list[Draft]:
    due = document.answer_due_at.isoformat() if document.answer_due_at else ""
    params = {"document": document.number, "unit": issue.to.name, "due": due, "id": document.pk}
    return [
        Draft(
            "document_issued",
            party.told,
            key=f"document:{issue.clock.pk}:{document.climb}:{document.rung}",
            case_number=issue.clock.case.number,
            params=params,
            urgent=issue.urgent,
        )
        for party in (issue.to, *issue.copies)
    ]
