"""One whistle, one review (一哨一评): the blower marks an order; everybody who sees it sees the marks."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.refusals import BadInput, StepRefused
from accounts.requests import inside
from assessment.models import Review
from assessment.services.reviews import MARKS, review_order
from assessment.views.two_way import review_context, sides_of
from cases.privacy import shown_text
from dispatch.lifecycle import by_the_blower
from dispatch.models import Order, OrderState

QUICK_GRADES = (
    (100, gettext_lazy("Excellent")),
    (85, gettext_lazy("Good")),
    (70, gettext_lazy("Fair")),
    (40, gettext_lazy("Poor")),
)
MOST_MARKS = 200
"""Orders whose marks one page may ask for."""
LONGEST_KEY = 18
"""Digits of a key in an address."""


def _mark(label: Any) -> forms.IntegerField:
    entry = forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"})
    return forms.IntegerField(label=label, min_value=0, max_value=100, widget=entry)


class ReviewForm(forms.Form):
    """Three marks from 0 to 100 and a comment."""

    arrival = _mark(gettext_lazy("arrival"))
    attitude = _mark(gettext_lazy("attitude"))
    result = _mark(gettext_lazy("result"))
    comment = forms.CharField(
        label=gettext_lazy("comment"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
    )

    @property
    def marks(self) -> list[forms.BoundField]:
        return [self[name] for name in MARKS]


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form of the marks, or the marks once given; POST gives them."""
    orders = Order.objects.visible_to(request.user).for_list()
    order = get_object_or_404(orders, pk=pk)
    people = ("reviewer", "answer__answered_by", "answer__ruled_by")
    given = Review.objects.filter(order=order).select_related(*people).first()
    if given and request.method == "GET":
        context = _context(request, order, None, given)
        context |= review_context(request, order, given) | sides_of(order, given, request.user)
        return render(request, "assessment/review.html", context)
    if not by_the_blower(order, request.user):
        raise PermissionDenied(_("Only who blew the whistle reviews it."))
    if request.method == "GET":
        _refuse_unless_accepted(order)
        return render(request, "assessment/review.html", _context(request, order, ReviewForm()))
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            review_order(pk, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            for name, texts in refusal.fields.items():
                form.add_error(name, texts)
        else:
            messages.success(request, _("Review stored."))
            return redirect(_back(request, order, request.POST.get("next", "")))
    context = _context(request, order, form)
    return render(request, "assessment/review.html", context, status=400)


@require_GET
def marks(request: HttpRequest) -> HttpResponse:
    """Answer the marks of the orders asked for, each for its place in the page (htmx, out of band)."""
    given = request.GET.getlist("order")[:MOST_MARKS]
    asked = [int(pk) for pk in given if pk.isdecimal() and len(pk) <= LONGEST_KEY]
    seen = Review.objects.visible_to(request.user).filter(order__in=asked)
    found: list[Any] = list(seen.select_related("answer", "order__case"))
    for one in found:
        one.said = shown_text(one.order.case, request.user, one.comment)
    return render(request, "assessment/_review_marks.html", {"reviews": found})


def _refuse_unless_accepted(order: Order) -> None:
    if order.state != OrderState.ACCEPTED:
        text = _("Only an accepted order is reviewed; this one is “%(state)s”.")
        raise StepRefused(text % {"state": order.get_state_display()})


def _context(
    request: HttpRequest, order: Order, form: ReviewForm | None, given: Review | None = None
) -> dict[str, Any]:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return {
        "order": order,
        "text": shown_text(order.case, request.user),
        "result": shown_text(order.case, request.user, order.result),
        "form": form,
        "review": given,
        "grades": QUICK_GRADES,
        "back": _back(request, order, wanted),
    }


def _back(request: HttpRequest, order: Order, wanted: str) -> str:
    """Return where to go on, within this site: where one came from, else the order."""
    return inside(request, wanted) or reverse("dispatch:order", args=[order.pk])
