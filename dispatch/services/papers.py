"""Issue the papers of the district: numbered, kept as issued, addressed; and the inspection bulletin."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Membership, Role, Unit, User
from accounts.refusals import BadInput
from accounts.services.notices import ANSWERING_ROLES, Draft, tell_units
from dispatch.models import Directive, Paper
from dispatch.models.directives import UNGUARDED
from dispatch.services.numbers import take_numbers
from dispatch.sheets import paper_number
from dispatch.sheets.papers import Words, bulletin_words, sheet_of
from dispatch.sheets.text import SHANGHAI, minute

LONGEST_TITLE, LONGEST_TEXT = 120, 4000
MOST_DIRECTIVES = 60
"""Directives that one bulletin speaks of."""


def check_writes(actor: User) -> None:
    """Raise `PermissionDenied` for all but the command centre, which writes the district's papers."""
    if not actor.holds(Role.SUPERVISOR):
        raise PermissionDenied(_("Only the command centre does this."))


def said(name: str, text: str, most: int, lacking: str) -> str:
    """Return the text without blanks around it; raise `BadInput` where it is empty or too long."""
    text = text.strip()
    if not text:
        raise BadInput({name: lacking})
    if len(text) > most:
        raise BadInput({name: _("At most %(count)s characters.") % {"count": most}})
    return text


def issue_paper(
    form: Paper.Form,
    words: Words,
    *,
    actor: User | None,
    at: datetime,
    units: Sequence[Unit] = (),
    to_all: bool = False,
    week: str = "",
    period: str = "",
    subject: str = "",
) -> Paper:
    """Number a paper and keep its text as issued; without an actor the calendar issued it. Call it late
    in the transaction: others who want a number of the form wait until it ends."""
    year = at.astimezone(SHANGHAI).year
    (seq,) = take_numbers([(str(form), year)])
    number = paper_number(form, year, seq)
    issuer = Unit.objects.get(code=CENTRE_CODE).name
    paper = Paper.objects.create(
        form=form,
        year=year,
        seq=seq,
        number=number,
        title=words.title[:LONGEST_TITLE],
        issued_at=at,
        issued_by=actor,
        to_all=to_all,
        week=week,
        period=period,
        subject=subject,
        sheet=sheet_of(form, words, number=number, issuer=issuer, at=at).as_json(),
    )
    paper.units.set(units)
    return paper


@transaction.atomic
def publish_bulletin(
    *, actor: User, at: datetime, title: str, text: str, directives: Sequence[int]
) -> Paper:
    """Publish an inspection bulletin (督查专报) on the directives named to the whole district."""
    check_writes(actor)
    title = said("title", title, LONGEST_TITLE, _("Give the title."))
    text = said("text", text, LONGEST_TEXT, _("Write the text."))
    wanted = set(directives)
    if len(wanted) > MOST_DIRECTIVES:
        most = _("At most %(count)s directives.") % {"count": MOST_DIRECTIVES}
        raise BadInput({"directives": most})
    rows = Directive.objects.filter(UNGUARDED, pk__in=wanted).select_related("paper", "lead")
    found = list(rows.order_by("due_at", "pk"))
    if len(found) != len(wanted):
        text = _("A directive on a confidential case or a report is not published.")
        raise BadInput({"directives": text})
    table = tuple(
        (d.paper.number, d.title, str(d.lead), minute(d.due_at), stands(d, at)) for d in found
    )
    words = bulletin_words(title, text, table)
    paper = issue_paper(Paper.Form.INSPECTION, words, actor=actor, at=at, to_all=True)
    tell_all(paper, at)
    return paper


def stands(directive: Directive, at: datetime) -> str:
    """Return how a directive stands, in the words of papers."""
    late = days_late(directive, at)
    if directive.state == Directive.State.VERIFIED:
        return f"已核验办结，逾期{late}天" if late else "已核验办结"
    if directive.state == Directive.State.REPORTED:
        return f"已报办结待核验，逾期{late}天" if late else "已报办结，待核验"
    return f"逾期{late}天未办结" if late else "办理中"


def days_late(directive: Directive, at: datetime) -> int:
    """Return by how many days, begun ones counted, it was or is past its time; 0 where it is not."""
    end = directive.reported_at or at
    return (end - directive.due_at).days + 1 if end > directive.due_at else 0


def tell_all(paper: Paper, at: datetime) -> None:
    """Tell every unit that somebody answers for of a paper published to the whole district."""
    held = Membership.objects.filter(user__is_active=True, role__in=ANSWERING_ROLES)
    units = held.filter(unit__active=True).values_list("unit_id", flat=True).distinct()
    params = {"document": paper.number, "title": paper.title, "id": paper.pk}
    drafts = [Draft("paper_issued", unit, f"paper:{paper.pk}", params=params) for unit in units]
    tell_units(drafts, at)
