"""Give cases that came over still open the clocks that their state asks for, from now on.

What the older system promised is unknown, so that every limit counts from the moment of the import,
by the rules in force. A town that brings hundreds of open cases is not asked for all of them at
once: so many a day, the oldest first. No ladder hangs on these clocks: what is missed is recorded
and told, and no document is written for it. The next step of a case starts ordinary clocks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from cases import calendars
from cases.deadlines import Entry, EntryKind, reckon
from cases.lifecycle import clocks_of
from cases.models import BOUNDARIES, Case
from cases.services import clocks
from cases.services.clocks import Start, Want
from dispatch.models import Order
from dispatch.services import order_clocks

A_DAY = 20
"""Open cases of one town whose time begins on the same day."""


@dataclass(slots=True)
class Opening:
    """Starts clocks chunk by chunk, and knows how many open cases each town has already."""

    at: datetime
    waiting: Counter[str] = field(default_factory=Counter)
    owners: dict[tuple[str, bool], dict[bool, int]] = field(default_factory=dict)
    dues: dict[tuple[str, str, timedelta, int], datetime] = field(default_factory=dict)

    @classmethod
    def beside(cls, at: datetime) -> "Opening":
        """Begin beside the cases that are open now."""
        rows = Case.objects.open().order_by().values_list("town").annotate(Count("pk"))
        return cls(at, Counter(dict(rows)))

    def open(self, pks: Sequence[int]) -> int:
        """Start the clocks of these cases and of their orders; return how many clocks."""
        if not pks:
            return 0
        cases = Case.objects.defer(*BOUNDARIES).in_bulk(pks)
        orders: dict[int, list[Order]] = {}
        of_cases = Order.objects.filter(case__in=pks).select_related("whistle", "unit")
        for order in of_cases.order_by("pk"):
            orders.setdefault(order.case_id, []).append(order)
        starts = [start for pk in pks for start in self._starts_of(cases[pk], orders.get(pk, []))]
        return len(clocks.open_clocks(starts, self.at, climbing=False))

    def _starts_of(self, case: Case, orders: Sequence[Order]) -> list[Start]:
        delay = timedelta(days=self.waiting[case.town_id] // A_DAY)
        self.waiting[case.town_id] += 1
        self._share_owners(case)
        own = clocks.wants_of(case, clocks_of(case), self.at)
        starts = [Start(case, self._later(want, delay)) for want in own]
        for order in orders:
            order.case = case
            kinds = order_clocks.kinds_of(order)
            wants = order_clocks.wants_of(order, kinds, self.at)
            starts += [Start(case, self._later(want, delay), order.pk) for want in wants]
        return starts

    def _share_owners(self, case: Case) -> None:
        """Ask once for each town who owes its clocks."""
        key = (case.town_id, case.kind == Case.Kind.REPORT)
        if key in self.owners:
            case.__dict__["_owners"] = self.owners[key]
        else:
            self.owners[key] = clocks.owners_of(case)

    def _later(self, want: Want, delay: timedelta) -> Want:
        """Return the clock with the deadline it would have if it began so much later."""
        if not delay:
            return want
        rule = want.rule
        key = (str(rule.amount), rule.unit, delay, want.unit_id)
        if key not in self.dues:
            life = [Entry(EntryKind.START, self.at + delay, rule.limit)]
            due = reckon(life, calendars.of_unit(want.unit_id)).due_at
            assert due is not None  # nothing pauses it
            self.dues[key] = due
        source = _("taken over from the older system; its time begins on %(day)s; %(source)s")
        day = f"{self.at + delay:%Y-%m-%d}"
        said = (source % {"day": day, "source": rule.source})[:200]
        return replace(want, rule=clocks.until(self.dues[key], self.at, said))
