"""The orders and whistles behind a number: the same rows that were counted, one by one.

Each name here selects, in the ORM, what one column of `units.py` and `cells.py` counts in SQL;
tests hold the two against each other.
"""

from collections.abc import Callable, Iterator

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessment.models import ReviewAnswer
from assessment.periods import Span
from assessment.queries.units import TIMED
from cases.lifecycle import ClockKind
from cases.models import Callback, Clock
from dispatch.models import Objection, Order, Whistle

Narrow = Callable[[QuerySet[Order]], QuerySet[Order]]


def orders_behind(span: Span, user: User, *, unit: str, what: str) -> QuerySet[Order]:
    """Return the orders that the number `what` of the unit counts, those the user may see.

    Raise `KeyError` where there is no such number.
    """
    _label, narrow = NUMBERS[what]
    rows = Order.objects.visible_to(user).filter(
        case__received_at__gte=span.starts_at, case__received_at__lt=span.ends_at
    )
    if unit:
        rows = rows.filter(unit__code=unit)
    if what != "objections_lost":
        rows = rows.exclude(state="withdrawn")
    return narrow(rows)


def whistles_behind(
    span: Span, user: User, *, town: str = "", solved: bool = False
) -> QuerySet[Whistle]:
    """Return the whistles counted in the period, of one town or all, those the user may see."""
    rows = Whistle.objects.visible_to(user).filter(
        case__received_at__gte=span.starts_at, case__received_at__lt=span.ends_at
    )
    if town:
        rows = rows.filter(case__town=town)
    if solved:
        accepted = Order.objects.filter(whistle=OuterRef("pk"), state__in=["accepted", "reviewed"])
        rows = rows.filter(Exists(accepted), settled_at__isnull=False, passed_up_at=None)
    return rows


def _limit(kind: str, wanted: str) -> Narrow:
    # a missed limit that is not charged is as if it were not there
    clocks = Clock.objects.filter(order_ref=OuterRef("pk"), kind=kind, exempt_at=None)
    missed = Exists(clocks.filter(breached_at__isnull=False))
    over = Exists(clocks) & ~Exists(clocks.filter(stopped_at=None))
    conditions = {"missed": missed, "kept": over & ~missed, "decided": missed | over}
    return lambda rows: rows.filter(conditions[wanted])


def _answers(**answer: object) -> Narrow:
    reached = Callback.objects.filter(
        case=OuterRef("case"), round=OuterRef("whistle__round"), outcome="reached", **answer
    )
    later = Callback.objects.filter(
        case=OuterRef("case"), round__gt=OuterRef("whistle__round"), outcome="reached"
    )
    return lambda rows: rows.filter(
        Exists(reached), ~Exists(later), role="lead", case__counted=True
    ).exclude(case__state="merged")


def _all(rows: QuerySet[Order]) -> QuerySet[Order]:
    return rows


def _leads(rows: QuerySet[Order]) -> QuerySet[Order]:
    return rows.filter(role="lead")


def _reviewed(rows: QuerySet[Order]) -> QuerySet[Order]:
    struck = ReviewAnswer.objects.filter(review__order=OuterRef("pk"), upheld=True)
    return rows.filter(~Exists(struck), marks__isnull=False)


def _objections_lost(rows: QuerySet[Order]) -> QuerySet[Order]:
    return rows.filter(Exists(Objection.objects.filter(order=OuterRef("pk"), upheld=False)))


def _of_limits() -> Iterator[tuple[str, tuple[str | Promise, Narrow]]]:
    labels = {
        ClockKind.ACKNOWLEDGE: (
            _("Acknowledging: limits decided"),
            _("Acknowledged in time"),
            _("Acknowledged late"),
        ),
        ClockKind.REPORT_IN: (
            _("Reporting in: limits decided"),
            _("Reported in in time"),
            _("Reported in late"),
        ),
        ClockKind.FINISH: (
            _("Finishing: limits decided"),
            _("Finished in time"),
            _("Finished late"),
        ),
    }
    for kind in TIMED:
        for wanted, label in zip(("decided", "kept", "missed"), labels[kind], strict=True):
            yield f"{kind.value}_{wanted}", (label, _limit(kind.value, wanted))


NUMBERS: dict[str, tuple[str | Promise, Narrow]] = {
    "orders": (_("Orders"), _all),
    "lead_orders": (_("Orders as lead"), _leads),
    "reviews": (_("Orders reviewed"), _reviewed),
    "objections_lost": (_("Objections that failed"), _objections_lost),
    "valid_callbacks": (_("Valid callbacks of the cases led"), _answers()),
    "contacted": (_("Cases led: contacted"), _answers(contacted=True)),
    "resolved": (_("Cases led: solved"), _answers(resolved="yes")),
    "partly": (_("Cases led: partly solved"), _answers(resolved="partly")),
    "satisfied": (_("Cases led: satisfied"), _answers(satisfied="satisfied")),
    "basic": (_("Cases led: basically satisfied"), _answers(satisfied="basic")),
    "unsolved": (_("Cases led: not solved"), _answers(resolved="no")),
    "very_satisfied": (_("Cases led: very satisfied"), _answers(satisfied="very_satisfied")),
    "dissatisfied": (_("Cases led: dissatisfied"), _answers(satisfied="dissatisfied")),
    "very_dissatisfied": (
        _("Cases led: very dissatisfied"),
        _answers(satisfied="very_dissatisfied"),
    ),
    **dict(_of_limits()),
}
"""By name: what the number is called, and how its orders are found."""


def orders_with_marks(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Load what a line of the list shows."""
    return rows.select_related("case__town", "unit", "whistle", "marks")


def whistles_with_case(rows: QuerySet[Whistle]) -> QuerySet[Whistle]:
    """Load what a line of the list shows."""
    return rows.select_related("case__town", "blower")
