"""Unclaimed matters: raised by whoever is left with them, ruled at a meeting, binding afterwards."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import OPEN
from cases.models import Case, Category
from cases.privacy import redact
from cases.services.locks import lock_case
from cases.services.records import record
from dispatch.models import Meeting, Paper, UnclaimedMatter
from dispatch.services.papers import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    check_writes,
    issue_paper,
    said,
)
from dispatch.services.rulings_on_list import Change, change_list, item_to_change
from dispatch.services.units import lead_and_assists
from dispatch.sheets.papers import RulingFacts, Words, ruling_words
from dispatch.sheets.text import SHANGHAI

RAISING_ROLES = (Role.TOWN, Role.COMMUNITY, Role.DEPARTMENT, Role.SUPERVISOR)


def raising_unit(actor: User) -> Unit:
    """Return the unit in whose name the actor raises a matter; raise `PermissionDenied` for others."""
    posts = [post for post in actor.posts if post.role in RAISING_ROLES]
    if not posts:
        raise PermissionDenied(_("Towns, communities, departments and the centre raise matters."))
    return posts[0].unit


@transaction.atomic
def raise_matter(
    *, actor: User, at: datetime, title: str, text: str, category: str, case: Case | None = None
) -> UnclaimedMatter:
    """Put a matter that nobody claims on the docket of those waiting.

    From a case, which the caller must have found among those the actor sees: open, and once at a
    time. The caller of the case is struck out of what is written.
    """
    unit = raising_unit(actor)
    title = said("title", title, LONGEST_TITLE, _("Name the matter."))
    text = said("text", text, LONGEST_TEXT, _("Write what it is about and why nobody claims it."))
    kind = Category.objects.filter(pk=category).first()
    if kind is None:
        raise BadInput({"category": _("There is no category %(code)s.") % {"code": category}})
    if case is not None:
        case = lock_case(case.pk)
        _refuse_unless_raisable(case)
        title, text = redact(title, case), redact(text, case)
    matter = UnclaimedMatter.objects.create(
        title=title,
        text=text,
        category=kind,
        case=case,
        raised_by=unit,
        raised_by_user=actor,
        raised_at=at,
    )
    if case is not None:
        record(case, "matter.raise", actor=actor, at=at, unit_id=unit.pk, note=title)
    centre = Unit.objects.get(code=CENTRE_CODE)
    _tell("matter_raised", matter, [centre], unit, at)
    return matter


def _refuse_unless_raisable(case: Case) -> None:
    if case.state not in OPEN:
        raise StepRefused(_("The case has ended; raise the matter without it."))
    if UnclaimedMatter.objects.waiting().filter(case=case).exists():
        raise StepRefused(_("A matter of this case waits for its ruling already."))


@transaction.atomic
def rule_matter(
    pk: int,
    *,
    actor: User,
    at: datetime,
    lead: str,
    ruling: str,
    assists: Sequence[str] = (),
    lasting: bool = False,
    item: str = "",
) -> UnclaimedMatter:
    """Rule at its meeting who leads and who assists: numbered, binding, printable.

    `lasting` changes the responsibility list: the item of the code `item`, or a new one. Raise
    `StepRefused` where it was ruled already, is on no docket or its meeting is not on.
    """
    check_writes(actor)
    known = UnclaimedMatter.objects.only("case_id", "meeting_id").get(pk=pk)
    case = lock_case(known.case_id) if known.case_id else None
    held = Meeting.objects.select_for_update()
    meeting = held.get(pk=known.meeting_id) if known.meeting_id else None
    matter = UnclaimedMatter.objects.select_for_update(of=("self",)).get(pk=pk)
    _refuse_unless_rulable(matter, meeting, at)
    assert meeting is not None
    units = lead_and_assists(lead, assists, case)
    ruling = said("ruling", ruling, LONGEST_TEXT, _("Write the ruling."))
    ruling = redact(ruling, case) if case else ruling
    if lasting and is_guarded(matter):
        text = _("The matter of a confidential case or a report does not change the list.")
        raise BadInput({"lasting": text})
    changed = item_to_change(item) if lasting else None
    matter.lead, matter.ruling, matter.lasting = units[0], ruling, lasting
    matter.ruled_at, matter.ruled_by = at, actor
    paper = _issue(matter, meeting, units, changed, actor, at)
    matter.number = paper.number
    matter.save()
    matter.assists.set(units[1:])
    if changed:
        change_list(changed, matter, paper, at)
    if case is not None:
        record(
            case,
            "matter.rule",
            actor=actor,
            at=at,
            unit_id=units[0].pk,
            number=paper.number,
            note=ruling[:500],
        )
    _tell("matter_ruled", matter, [*units, matter.raised_by], units[0], at)
    return matter


def _refuse_unless_rulable(matter: UnclaimedMatter, meeting: Meeting | None, at: datetime) -> None:
    if matter.ruled_at is not None:
        raise StepRefused(_("This matter has been ruled on already."))
    if meeting is None:
        raise StepRefused(_("Put the matter on the docket of a meeting first."))
    if meeting.closed_at is not None:
        raise StepRefused(_("The meeting is closed."))
    if meeting.held_at.astimezone(SHANGHAI).date() > at.astimezone(SHANGHAI).date():
        raise StepRefused(_("The meeting has not been held yet."))


def _issue(
    matter: UnclaimedMatter,
    meeting: Meeting,
    units: Sequence[Unit],
    changed: Change | None,
    actor: User,
    at: datetime,
) -> Paper:
    facts = RulingFacts(
        title=matter.title,
        text=matter.text,
        ruling=matter.ruling,
        lead=units[0].name,
        assists=tuple(unit.name for unit in units[1:]),
        raised_by=matter.raised_by.name,
        met_at=meeting.held_at,
        place=meeting.place,
        item=changed.code if changed else None,
    )
    words: Words = ruling_words(facts)
    parties = list({unit.pk: unit for unit in (*units, matter.raised_by)}.values())
    return issue_paper(
        Paper.Form.RULING, words, actor=actor, at=at, units=parties, to_all=not is_guarded(matter)
    )


def is_guarded(matter: UnclaimedMatter) -> bool:
    """Tell whether the matter hangs on a case that is not spoken of before everybody."""
    case = matter.case
    return case is not None and (case.confidential or case.kind == Case.Kind.REPORT)


def units_ruled(case: Case) -> dict[int, str]:
    """Return the units that rulings on the case named, each with the number of its ruling: their
    orders are designated, and they may not object."""
    ruled = UnclaimedMatter.objects.filter(case=case, ruled_at__isnull=False)
    numbers: dict[int, str] = {}
    for matter in ruled.order_by("ruled_at").prefetch_related("assists"):
        for unit_id in (matter.lead_id, *(unit.pk for unit in matter.assists.all())):
            if unit_id is not None:
                numbers[unit_id] = matter.number
    return numbers


def _tell(
    kind: str, matter: UnclaimedMatter, units: Sequence[Unit], named: Unit, at: datetime
) -> None:
    params = {
        "unit": str(named),
        "document": matter.number,
        "title": matter.title,
        "id": matter.pk,
    }
    number = matter.case.number if matter.case else ""
    tell_units([Draft(kind, unit.pk, f"{kind}:{matter.pk}", number, params) for unit in units], at)
