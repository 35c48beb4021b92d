"""Precedents: who handled the last cases like this, how long it took, how it ended, which objections were
upheld. A case that the reader may not see is told without number and text; confidential ones not at all."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import QuerySet

from accounts.models import Unit, User
from cases.lifecycle import State
from cases.models import BOUNDARIES, Callback, Case
from cases.privacy import shown_text
from dispatch.models import Objection, Order, OrderState

MOST = 20
LATEST = 200
"""Cases of the category, the latest, among which the likest are looked for."""

DONE = (State.HANDLED, State.RATED, State.CLOSED)


@dataclass(slots=True)
class Precedent:
    """One earlier case before one reader: who led (nobody: the town itself), how long, how it ended."""

    case: Case
    seen: bool
    text: str
    likeness: float
    lead: Unit | None = None
    took: timedelta | None = None
    resolved: str = ""
    satisfied: str = ""
    objections: list[Objection] = field(default_factory=list)

    @property
    def resolved_label(self) -> str:
        return str(Callback.Resolved(self.resolved).label) if self.resolved else ""


@dataclass(slots=True)
class Precedents:
    """The precedents of a case, the likest first, and who led them, the most often first."""

    rows: list[Precedent]
    leads: list[tuple[Unit | None, int]]

    @property
    def raised(self) -> int:
        return sum(len(row.objections) for row in self.rows)

    @property
    def upheld(self) -> int:
        return sum(bool(each.upheld) for row in self.rows for each in row.objections)


def precedents_of(case: Case, user: User) -> Precedents:
    """Return the last cases of the same category that are done, the likest text first; five queries."""
    cases = list(alike(case, user))
    keys = [each.pk for each in cases]
    seen = set(Case.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    leads, objections, answers = _leads(keys), _objections(keys, user), _answers(keys)
    rows = []
    for each in cases:
        resolved, satisfied = answers.get(each.pk, ("", ""))
        likeness: float = each.likeness
        rows.append(
            Precedent(
                each,
                each.pk in seen,
                shown_text(each, user) if each.pk in seen else "",
                likeness,
                lead=leads.get(each.pk),
                took=each.handled_at - each.received_at if each.handled_at else None,
                resolved=resolved,
                satisfied=satisfied,
                objections=objections[each.pk],
            )
        )
    counted = Counter(row.lead for row in rows)
    return Precedents(rows, counted.most_common())


def alike(case: Case, user: User) -> QuerySet[Case]:
    """Return the cases that are its precedents: of the latest done in the category the likest texts."""
    latest = Case.objects.filter(category=case.category_id, state__in=DONE, confidential=False)
    latest = latest.exclude(pk=case.pk).exclude(pk__in=Case.objects.hidden_from(user))
    keys = latest.order_by("-received_at", "-pk").values("pk")[:LATEST]
    likeness = TrigramSimilarity("text", case.text[:500] or " ")
    rows = Case.objects.filter(pk__in=keys).annotate(likeness=likeness)
    shown = rows.select_related("town").defer(*BOUNDARIES)
    return shown.order_by("-likeness", "-received_at", "-pk")[:MOST]


def _leads(keys: Collection[int]) -> dict[int, Unit]:
    """Return who led the last whistle of each case."""
    orders = Order.objects.filter(case__in=keys, role=Order.Part.LEAD)
    kept = orders.exclude(state=OrderState.WITHDRAWN).select_related("unit")
    return {order.case_id: order.unit for order in kept.order_by("issued_at", "pk")}


def _objections(keys: Collection[int], user: User) -> dict[int, list[Objection]]:
    found: dict[int, list[Objection]] = defaultdict(list)
    ruled = Objection.objects.visible_to(user).filter(order__case__in=keys, upheld__isnull=False)
    for row in ruled.select_related("order__unit", "new_unit").order_by("ruled_at", "pk"):
        found[row.order.case_id].append(row)
    return found


def _answers(keys: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return what the residents said last."""
    reached = Callback.objects.filter(case__in=keys, outcome=Callback.Outcome.REACHED)
    rows = reached.order_by("round", "attempt").values_list("case_id", "resolved", "satisfied")
    return {case_id: (resolved, satisfied) for case_id, resolved, satisfied in rows}
