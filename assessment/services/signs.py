"""Look for signs of gaming, ask the unit, keep its answer and how the centre settled it.

A sign changes no score: it is a question with figures. The same sign is asked once (`Sign.key`).
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.masks import mask_phone
from accounts.models import CENTRE_CODE, Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from assessment import periods, signs
from assessment.models import HotSpotSearch, Job, Sign
from assessment.models.topics import OWNING
from assessment.periods import Span
from assessment.queries import signs as queries
from assessment.services import hotspots
from assessment.services.hotspots import check_decides, sweep_hot_spots
from assessment.services.jobs import Progress
from assessment.services.topics import remind_of_topics
from dispatch.services.papers import LONGEST_TEXT, said

LONGEST_SETTLED = 300
Kind = Sign.Kind


def sweep_nightly(at: datetime) -> int:
    """Once a day: look for signs, remind of topics, search for hot spots; return how many were found.

    The search is the mark that the day was done, so it comes last: what fails is done again.
    """
    return 0 if _night_done(at) else _look_and_remind(at) + sweep_hot_spots(at)


def search_as_asked(job: Job, at: datetime, progress: Progress) -> None:
    """Do the search for hot spots that somebody asked for; just after midnight, what the night does before it, too."""
    if not _night_done(at):
        _look_and_remind(at)
    hotspots.work(job, at, progress)


def _night_done(at: datetime) -> bool:
    yesterday = timezone.localdate(at) - timedelta(days=1)
    return HotSpotSearch.objects.filter(until=yesterday).exists()


def _look_and_remind(at: datetime) -> int:
    month = periods.running_month(at)
    last, _next = periods.neighbours(month)
    found = (look(last, at) if last else 0) + look(month, at, whole=False)
    remind_of_topics(at)
    return found


def look_now(actor: User, at: datetime) -> int:
    """Look at last month and at the running one as far as it has come, because somebody asks for it."""
    check_decides(actor)
    month = periods.running_month(at)
    last, _next = periods.neighbours(month)
    return (look(last, at) if last else 0) + look(month, at)


def look(span: Span, at: datetime, *, whole: bool = True) -> int:
    """Look for every sort of sign in the period, and ask; return how many are new.

    What is judged by its share of a month is looked at when the month is over: looked at every night, it
    would be asked about more often than the stated rate. Without `whole` it is left for then.
    """
    units = {unit.code: unit for unit in Unit.objects.all()}
    found = [*_quick_calls(span, at), *_quick_links(span, at, units), *_contacts(span, at)]
    if whole:
        found += [*_last_minute(span, at), *_one_phone(span, at, units)]
    return _ask(found, at)


def _last_minute(span: Span, at: datetime) -> Iterable[Sign]:
    figures = queries.finishes(span)
    for sign in signs.last_minute(figures):
        own = figures[sign.unit]
        yield Sign(
            kind=Kind.LAST_MINUTE,
            key=f"{Kind.LAST_MINUTE}:{sign.unit}:{span.name}",
            unit_id=sign.unit,
            since=span.starts_at,
            until=span.ends_at,
            facts={
                "period": span.name,
                "done": own.done,
                "last": own.last,
                "share": round(100 * sign.share, 1),
                "others": round(100 * sign.others, 1),
            },
            numbers=queries.finished_last(span, sign.unit),
            chance=sign.chance,
            seen_at=at,
        )


def _quick_calls(span: Span, at: datetime) -> Iterable[Sign]:
    """By phone: how close calls can follow each other is a fact, not a chance. The centre is asked."""
    for run in signs.runs(queries.quick_ratings(span, "phone")):
        yield _quick(run, f"agent:{run.by}", None, at, {"via": "phone", "agent": run.by})


def _quick_links(span: Span, at: datetime, units: dict[str, Unit]) -> Iterable[Sign]:
    ratings = queries.links_by_town(span)
    days = max(1, (min(span.ends_at, at) - span.starts_at).days)
    for run in signs.runs(queries.quick_ratings(span, "link")):
        code = str(run.by)
        chance = signs.chance_of_run(
            len(run.ratings), run.seconds, ratings.get(code, 0), days, len(ratings)
        )
        if chance <= signs.ERROR_RATE:
            yield _quick(run, f"town:{code}", units.get(code), at, {"via": "link"}, chance)


def _quick(
    run: signs.Run,
    whose: str,
    unit: Unit | None,
    at: datetime,
    facts: dict[str, object],
    chance: float | None = None,
) -> Sign:
    first, last = run.ratings[0].at, run.ratings[-1].at
    return Sign(
        kind=Kind.MASS_RATING,
        key=f"{Kind.MASS_RATING}:{whose}:{first.isoformat()}",
        unit=unit,
        since=first,
        until=last,
        facts={"count": len(run.ratings), "seconds": run.seconds, **facts},
        numbers=run.numbers[: queries.MOST_NAMED],
        chance=chance,
        seen_at=at,
    )


def _one_phone(span: Span, at: datetime, units: dict[str, Unit]) -> Iterable[Sign]:
    counts, many = queries.phones(span)
    for found in many:
        chance = signs.chance_of_phone(found.many, counts)
        if chance > signs.ERROR_RATE:
            continue
        unit = units.get(found.town)
        # The key tells the same phone again, and nobody can tell the phone from the key.
        stands_for = salted_hmac("assessment.signs", found.phone).hexdigest()[:16]
        yield Sign(
            kind=Kind.ONE_PHONE,
            key=f"{Kind.ONE_PHONE}:{found.town}:{span.name}:{stands_for}",
            unit=unit,
            since=span.starts_at,
            until=span.ends_at,
            facts={
                "period": span.name,
                "phone": mask_phone(found.phone),
                "count": found.many,
                "phones": sum(counts.values()),
                "most": max((k for k in counts if k < found.many), default=0),
            },
            numbers=found.numbers,
            chance=chance,
            seen_at=at,
        )


def _contacts(span: Span, at: datetime) -> Iterable[Sign]:
    """Two statements that exclude each other; which one is true, no figure says."""
    for claim in queries.claims(span):
        yield Sign(
            kind=Kind.CONTACT,
            key=f"{Kind.CONTACT}:{claim.number}:{claim.round}",
            unit_id=claim.unit,
            since=claim.claimed_at,
            until=claim.said_at,
            facts={"step": claim.step},
            numbers=[claim.number],
            seen_at=at,
        )


@transaction.atomic
def _ask(found: Iterable[Sign], at: datetime) -> int:
    """Keep the signs not known yet and tell each unit asked how many there are; return how many are new."""
    every = {sign.key: sign for sign in found}
    known = set(Sign.objects.filter(key__in=every).values_list("key", flat=True))
    new = [sign for key, sign in every.items() if key not in known]
    Sign.objects.bulk_create(new, ignore_conflicts=True)
    by_unit = Counter(sign.unit_id for sign in new if sign.unit_id)
    day = timezone.localdate(at).isoformat()
    drafts = [
        Draft("sign_asked", unit, f"sign_asked:{unit}:{day}", "", {"count": str(count)})
        for unit, count in sorted(by_unit.items())
    ]
    tell_units(drafts, at)
    return len(new)


def may_answer(sign: Sign, user: User) -> bool:
    """Tell whether the user answers for the unit asked; where no unit is asked, the centre does."""
    if sign.answered_at or sign.settled_at:
        return False
    if sign.unit_id is None:
        return user.holds(Role.SUPERVISOR)
    return user.holds_in(sign.unit_id, *OWNING)


def may_settle(sign: Sign, user: User) -> bool:
    return sign.settled_at is None and user.holds(Role.SUPERVISOR)


@transaction.atomic
def answer_sign(pk: int, *, actor: User, at: datetime, text: str) -> Sign:
    """Answer a question, once. The centre is told."""
    sign = Sign.objects.select_for_update().get(pk=pk)
    if sign.answered_at or sign.settled_at:
        raise StepRefused(_("This question was answered or settled already."))
    if not may_answer(sign, actor):
        raise PermissionDenied(_("The unit asked answers."))
    sign.answer = said("answer", text, LONGEST_TEXT, _("Write the answer."))
    sign.answered_by, sign.answered_at = actor, at
    sign.save(update_fields=["answer", "answered_by", "answered_at"])
    if sign.unit_id:
        centre = Unit.objects.get(code=CENTRE_CODE)
        params = {"unit": str(sign.unit), "id": sign.pk}
        tell_units([Draft("sign_answered", centre.pk, f"sign_answered:{pk}", "", params)], at)
    return sign


@transaction.atomic
def settle_sign(pk: int, *, actor: User, at: datetime, words: str) -> Sign:
    """Settle a question with words: what was found, whether anything follows. The unit is told."""
    sign = Sign.objects.select_for_update().get(pk=pk)
    if not actor.holds(Role.SUPERVISOR):
        raise PermissionDenied(_("Only the command centre settles a question."))
    if sign.settled_at:
        raise StepRefused(_("This question was settled already."))
    words = words.strip()
    if not words:
        raise BadInput({"settled": pgettext("sign", "Write what was found.")})
    if len(words) > LONGEST_SETTLED:
        most = _("At most %(count)s characters.") % {"count": LONGEST_SETTLED}
        raise BadInput({"settled": most})
    sign.settled, sign.settled_by, sign.settled_at = words, actor, at
    sign.save(update_fields=["settled", "settled_by", "settled_at"])
    if sign.unit_id:
        draft = Draft("sign_settled", sign.unit_id, f"sign_settled:{pk}", "", {"id": sign.pk})
        tell_units([draft], at)
    return sign
