"""Search for hot spots, once for each day, and set aside those that need no topic."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Role, User
from accounts.refusals import BadInput, StepRefused
from assessment.hotspots import YEAR, Spot
from assessment.hotspots import search as find
from assessment.models import HotSpot, HotSpotSearch, Job, Topic
from assessment.queries import hotspots as queries
from assessment.services import jobs
from assessment.services.jobs import Progress

DAYS = 28
"""The window looked at: four whole weeks, so that every weekday counts alike."""
ERROR_RATE = Decimal("0.050")
"""Of a hundred searches over a district where nothing is the matter, five name a place."""
SHOWN_WEEKS = 26
"""Weeks drawn for a spot."""
REMEMBERED = timedelta(days=DAYS)
"""How long a spot that was set aside stays so when it is found again."""
LONGEST_REASON = 200
DECIDING = (Role.SUPERVISOR, Role.ASSESSOR)

COUNTING, COMPARING = gettext_noop("counting the cases"), gettext_noop("comparing the places")
AFTER_COUNTING = 1
"""Steps of a search once its blocks are counted: they are compared."""


def check_decides(actor: User) -> None:
    """Raise `PermissionDenied` for all but those who make topics."""
    if not actor.holds(*DECIDING):
        raise PermissionDenied(_("Only the centre and the assessors take up topics."))


def sweep_hot_spots(at: datetime) -> int:
    """Search up to the last midnight unless that was done; return how many spots were found."""
    until = timezone.localdate(at) - timedelta(days=1)
    if HotSpotSearch.objects.filter(until=until).exists():
        return 0
    return len(search_hot_spots(until, at).spots.all())


def ask_search(actor: User, at: datetime) -> Job:
    """Ask for a search up to the last midnight: it reads a year of cases, so a worker does it."""
    check_decides(actor)
    until = timezone.localdate(at) - timedelta(days=1)
    title = f"{Job.Kind.SEARCH.label} {until:%F}"
    params = {"until": until.isoformat(), "title": title}
    return jobs.ask(Job.Kind.SEARCH, f"search:{until:%F}", params, actor, at)


def work(job: Job, at: datetime, progress: Progress) -> None:
    """Search as the job asks; what is found and the end of the job are one transaction."""
    until = date.fromisoformat(job.params["until"])
    with transaction.atomic():
        search_hot_spots(until, at, progress)
        jobs.settle(job, at)


def search_hot_spots(
    until: date, at: datetime, progress: Progress = lambda *_told: None
) -> HotSpotSearch:
    """Search the window that ends with the day `until` and keep what was found; the same day is kept once.

    Searched again, what nobody has decided on yet is found anew. A spot set aside lately stays set aside, one
    whose topic is open belongs to it.
    """

    def tell(done: int, total: int) -> None:
        stage = COUNTING if done < total else COMPARING
        progress(done, total + AFTER_COUNTING, stage)

    end = queries.midnight(until + timedelta(days=1))
    found = find(queries.cells(end, days=DAYS, blocks=YEAR + 1, tell=tell), error_rate=ERROR_RATE)
    facts = _facts(found.spots, until, end)
    with transaction.atomic():
        known = HotSpotSearch(
            until=until, days=DAYS, tested=found.tested, error_rate=ERROR_RATE, searched_at=at
        )
        HotSpotSearch.objects.bulk_create([known], ignore_conflicts=True)
        kept = HotSpotSearch.objects.select_for_update().get(until=until)
        kept.tested, kept.searched_at = found.tested, at
        kept.save(update_fields=["tested", "searched_at"])
        kept.spots.filter(topic=None, dismissed="").delete()
        rows = [_row(kept, spot, fact, at) for spot, fact in zip(found.spots, facts, strict=True)]
        HotSpot.objects.bulk_create(rows, ignore_conflicts=True)
    return kept


def _facts(spots: Sequence[Spot], until: date, end: datetime) -> list[dict[str, Any]]:
    """Return what is kept beside each spot: all its cases, the past blocks, its weeks; two queries and one
    for each spot, of which there are few."""
    start = until + timedelta(days=1 - DAYS)
    cases = queries.behind([spot.cell.key for spot in spots], queries.midnight(start), end)
    first = until + timedelta(days=1) - SHOWN_WEEKS * queries.WEEK
    return [
        {
            "cases": cases[spot.cell.key],
            "past": list(spot.cell.past),
            "season": str(spot.season),
            "spread": str(spot.spread),
            "from": start.isoformat(),
            "weeks": [
                [week.starts_on.isoformat(), week.people]
                for week in queries.weeks(*spot.cell.key, first, until + timedelta(days=1))
            ],
        }
        for spot in spots
    ]


def _row(search: HotSpotSearch, spot: Spot, facts: dict[str, Any], at: datetime) -> HotSpot:
    area, category = spot.cell.key
    topic = Topic.objects.filter(area=area, category=category).exclude(state="closed").first()
    lately = HotSpot.objects.filter(area=area, category=category).exclude(dismissed="")
    aside = lately.filter(search__until__gte=search.until - REMEMBERED).order_by("-pk").first()
    return HotSpot(
        search=search,
        area_id=area,
        category_id=category,
        found=spot.cell.window,
        expected=spot.expected,
        chance=spot.chance,
        facts=facts,
        topic=topic,
        dismissed=aside.dismissed if aside and not topic else "",
        dismissed_by=aside.dismissed_by if aside and not topic else None,
    )


@transaction.atomic
def set_aside(pk: int, *, actor: User, reason: str) -> HotSpot:
    """Set a spot aside with the reason: it needs no topic. Raise `StepRefused` where it has one."""
    check_decides(actor)
    reason = reason.strip()
    if not reason:
        raise BadInput({"reason": _("Say why no topic is needed.")})
    if len(reason) > LONGEST_REASON:
        most = _("At most %(count)s characters.") % {"count": LONGEST_REASON}
        raise BadInput({"reason": most})
    spot = HotSpot.objects.select_for_update().get(pk=pk)
    if spot.topic_id:
        raise StepRefused(_("A topic was made of it already."))
    spot.dismissed, spot.dismissed_by = reason, actor
    spot.save(update_fields=["dismissed", "dismissed_by"])
    return spot
