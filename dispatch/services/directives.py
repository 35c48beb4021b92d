"""Issue work directives (《工作指令》): numbered, with units, path, limit and the leader who follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.refusals import BadInput
from cases import calendars
from cases.deadlines import Limit, TimeUnit, add
from cases.models import Case
from cases.privacy import redact
from cases.services.locks import lock_case
from dispatch.models import Directive, Paper, TownLeader, UnclaimedMatter, Whistle
from dispatch.services.directive_notices import record_entry, tell_of
from dispatch.services.papers import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    check_writes,
    issue_paper,
    said,
)
from dispatch.services.units import lead_and_assists
from dispatch.sheets.papers import DirectiveFacts, directive_words

MOST_STEPS = 12
MOST_WORKDAYS = 120
FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Order:
    """What a directive orders. `lead` and `assists` are unit codes; the limit is a moment or so many
    workdays of the lead; `town` is the town concerned, else that of the case or of the lead."""

    title: str
    text: str
    path: str
    lead: str
    assists: Sequence[str] = ()
    due_at: datetime | None = None
    workdays: Decimal | None = None
    town: str = ""
    case: Case | None = None
    whistle: Whistle | None = None
    matter: UnclaimedMatter | None = None


@transaction.atomic
def issue_directive(order: Order, *, actor: User, at: datetime) -> Directive:
    """Issue a numbered directive: its paper, its leader in charge, the notices to all it names."""
    check_writes(actor)
    case = _case_of(order)
    title = said("title", order.title, LONGEST_TITLE, _("Give the title."))
    text = said("text", order.text, LONGEST_TEXT, _("Write what is to be done."))
    steps = _steps(order.path)
    units = lead_and_assists(order.lead, order.assists, case)
    due_at = _due(order, units[0], at)
    if case is not None:
        title, text = redact(title, case), redact(text, case)
        steps = tuple(redact(step, case) for step in steps)
    town = _town(order, case, units[0])
    charge = TownLeader.objects.select_related("user").filter(town=town).first() if town else None
    facts = DirectiveFacts(
        title=title,
        text=text,
        path=steps,
        lead=units[0].name,
        assists=tuple(unit.name for unit in units[1:]),
        due_at=due_at,
        leader=str(charge.user) if charge else "",
        basis=_basis(order, case),
    )
    paper = issue_paper(
        Paper.Form.DIRECTIVE, directive_words(facts), actor=actor, at=at, units=units
    )
    directive = Directive.objects.create(
        paper=paper,
        title=title,
        text=text,
        path="\n".join(steps),
        lead=units[0],
        case=case,
        whistle=order.whistle,
        matter=order.matter,
        town=town,
        leader=charge.user if charge else None,
        issued_by=actor,
        issued_at=at,
        due_at=due_at,
        alert_at=due_at,
    )
    directive.assists.set(units[1:])
    record_entry(directive, "directive.issue", actor, at, note=title)
    tell_of(directive, "directive_issued", units, at)
    return directive


def _case_of(order: Order) -> Case | None:
    """Return the case the directive hangs on, locked: its own, its whistle's or its matter's."""
    for known in (order.case, order.whistle, order.matter):
        pk = known.pk if isinstance(known, Case) else getattr(known, "case_id", None)
        if pk is not None:
            return lock_case(pk)
    return None


def _steps(path: str) -> tuple[str, ...]:
    """Return the ordered steps, one a line."""
    steps = tuple(line.strip() for line in path.splitlines() if line.strip())
    if not steps:
        raise BadInput({"path": _("Write the path, one step a line.")})
    if len(steps) > MOST_STEPS:
        raise BadInput({"path": _("At most %(count)s steps.") % {"count": MOST_STEPS}})
    if any(len(step) > 300 for step in steps):
        raise BadInput({"path": _("A step is told in at most 300 characters.")})
    return steps


def _due(order: Order, lead: Unit, at: datetime) -> datetime:
    if (order.due_at is None) == (order.workdays is None):
        raise BadInput({"due_at": _("Give a date or a number of workdays, one of them.")})
    if order.workdays is not None:
        if not 0 < order.workdays <= MOST_WORKDAYS:
            most = _("More than 0 and at most %(most)s workdays.") % {"most": MOST_WORKDAYS}
            raise BadInput({"workdays": most})
        limit = Limit(order.workdays, TimeUnit.WORKDAY)
        return add(at, limit, calendars.of_unit(lead.pk))
    assert order.due_at is not None
    if not at < order.due_at <= at + FARTHEST:
        raise BadInput({"due_at": _("The limit must lie ahead, within a year.")})
    return order.due_at


def _town(order: Order, case: Case | None, lead: Unit) -> str:
    if order.town:
        if not Unit.objects.filter(area=order.town, kind=Unit.Kind.TOWN).exists():
            raise BadInput({"town": _("There is no town %(code)s.") % {"code": order.town}})
        return order.town
    return case.town_id if case else lead.area[:9] if lead.kind in ("town", "community") else ""


def _basis(order: Order, case: Case | None) -> str:
    """Return what the directive rests on; a guarded case is not named."""
    known = []
    if order.matter and order.matter.number:
        known.append(f"{order.matter.number}裁定")
    if case and not case.confidential and case.kind != Case.Kind.REPORT:
        known.append(f"{case.number}号诉求")
    return "、".join(known)
