"""Rulings on objections: listed, and one with what it cites and what cites it."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Unit, User
from cases.models import Case
from dispatch.models import Objection

NAMED = ("order__unit", "order__case__category", "sender", "charged_to", "new_unit", "ruled_by")


def rulings_for(user: User) -> QuerySet[Objection]:
    """Return the rulings the user may read; `sees_case` tells whether the case itself, too."""
    seen = Case.objects.visible_to(user).filter(pk=OuterRef("order__case"))
    rows = Objection.objects.visible_to(user).rulings().annotate(sees_case=Exists(seen))
    return rows.select_related(*NAMED)


def narrowed(
    rows: QuerySet[Objection],
    *,
    words: str = "",
    category: str = "",
    unit: str = "",
    upheld: str = "",
) -> QuerySet[Objection]:
    """Return the rulings that fit; an empty criterion fits everything."""
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(ruling__icontains=words))
    if category:
        rows = rows.filter(order__case__category__code__startswith=category)
    if unit:
        rows = rows.filter(Q(order__unit__code=unit) | Q(new_unit__code=unit))
    if upheld:
        rows = rows.filter(upheld=upheld == "yes")
    return rows


def cites_of(ruling: Objection, user: User) -> tuple[list[Objection], list[Objection]]:
    """Return the rulings it cites, and those that cite it, which the user may read; two queries."""
    readable = Objection.objects.visible_to(user).rulings().select_related("order__unit")
    cited = readable.filter(cited_by=ruling).order_by("ruled_at", "pk")
    citing = readable.filter(cites=ruling).order_by("ruled_at", "pk")
    return list(cited[:50]), list(citing[:50])


def units_ruled_on() -> list[Unit]:
    """Return the units that rulings speak of, for the filter of the list."""
    spoken = Objection.objects.rulings().filter(order__unit=OuterRef("pk"))
    return list(Unit.objects.filter(Exists(spoken)).order_by("code"))
