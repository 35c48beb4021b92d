"""Marks both ways: the department answers its marks, the centre rules on objections, the whistle is marked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.paging import bounded_count, page_of
from accounts.refusals import BadInput, StepRefused
from assessment.models import Review, WhistleMark
from assessment.queries import two_way as queries
from assessment.services import review_answers, whistle_marks
from assessment.two_way_forms import MarksAnswerForm, MarksRulingForm, WhistleMarkForm
from cases.forms import put_refusal
from cases.privacy import shown_text
from dispatch.lifecycle import ACTING_ROLES
from dispatch.models import Order

ANSWER, RULE, ANSWERED, WHISTLES = "answer", "rule", "answered", "whistles"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the marks to be answered, the objections to be ruled on, all answers, and marks of whistles."""
    at, user = timezone.now(), request.user
    if not (user.sees_district or user.units_of(*ACTING_ROLES)):
        raise PermissionDenied(_("Marks are for the units that give and receive them."))
    rows: dict[str, tuple[Any, str]] = {}
    if user.units_of(*ACTING_ROLES):
        rows[ANSWER] = queries.to_answer(user, at), "at"
    if user.holds(*queries.RULING):
        rows[RULE] = queries.to_rule(user), "answered_at"
    rows[ANSWERED] = queries.answers(user), "answered_at"
    rows[WHISTLES] = queries.whistle_marks(user), "at"
    tab = request.GET.get("tab", "")
    tab = tab if tab in rows else next(iter(rows))
    shown, by = rows[tab]
    page = page_of(shown, request.GET.get("cursor", ""), by=by, size=30)
    context = {
        "tabs": _tabs({name: found for name, (found, _by) in rows.items()}, tab),
        "tab": tab,
        "page": page,
        "rows": [_row(row, tab, user) for row in page.rows],
    }
    return render(request, "assessment/two_way.html", context)


def _tabs(rows: dict[str, Any], tab: str) -> list[dict[str, Any]]:
    labels = {
        ANSWER: _("Marks to be answered by us"),
        RULE: _("Objections to be ruled on"),
        ANSWERED: _("Answers to marks"),
        WHISTLES: _("Marks of whistles"),
    }
    waiting = {name: _count(found) for name, found in rows.items() if name in (ANSWER, RULE)}
    return [
        {
            "url": f"{reverse('assessment:two_way')}?tab={name}",
            "label": labels[name],
            "count": waiting.get(name),
            "active": name == tab,
            "tone": "amber" if waiting.get(name, "0") != "0" else "",
        }
        for name in rows
    ]


def _count(rows: Any) -> str:
    count, more = bounded_count(rows, 100)
    return f"{count}+" if more else str(count)


def _row(row: Any, tab: str, user: User) -> dict[str, Any]:
    """Return a line of the list as the reader may read it."""
    review = row if tab == ANSWER else row.review if tab in (RULE, ANSWERED) else None
    order = review.order if review else row.order
    said = {ANSWER: "comment", WHISTLES: "comment"}.get(tab, "text")
    return {
        "review": review,
        "answer": row if tab in (RULE, ANSWERED) else None,
        "mark": row if tab == WHISTLES else None,
        "order": order,
        "said": shown_text(order.case, user, getattr(row, said)),
    }


def sides_of(
    order: Order,
    given: Review | None,
    user: User,
    answer: forms.Form | None = None,
    ruling: forms.Form | None = None,
) -> dict[str, Any]:
    """Return what the page of an order's marks shows of the other side: the answer, its ruling, the mark of
    the whistle; and the forms of what is the user's to say now."""
    said = getattr(given, "answer", None) if given else None
    mark = WhistleMark.objects.filter(order=order).select_related("marked_by").first()

    def read(text: str) -> str:
        return shown_text(order.case, user, text)

    return {
        "answer": said,
        "answer_text": read(said.text) if said else "",
        "answer_ruling": read(said.ruling) if said else "",
        "answer_form": (answer or MarksAnswerForm()) if _may(_answering, order, user) else None,
        "ruling_form": (ruling or MarksRulingForm()) if _may(_ruling, order, user) else None,
        "whistle_mark": mark,
        "whistle_comment": read(mark.comment) if mark else "",
        "marks_whistle": _may(_marking, order, user),
    }


_answering = review_answers.check_answering
_ruling = review_answers.check_ruling
_marking = whistle_marks.check_marking


def _may(check: Any, order: Order, user: User) -> bool:
    try:
        check(order, user)
    except (PermissionDenied, StepRefused):
        return False
    return True


def seen_order(request: HttpRequest, pk: int) -> Order:
    """Return the order if the user may see it, else answer 404."""
    return get_object_or_404(Order.objects.visible_to(request.user).for_list(), pk=pk)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the marks of an order; what was typed stays where it cannot be taken."""
    order = seen_order(request, pk)
    _answering(order, request.user)
    form = MarksAnswerForm(request.POST)
    if form.is_valid():
        at, given = timezone.now(), form.cleaned_data
        try:
            review_answers.answer_review(pk, actor=request.user, at=at, **given)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Your answer to the marks is kept."))
            return redirect("assessment:review", pk)
    return _again(request, order, answer=form)


@require_POST
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the marks of an order aside, or let them stand."""
    order = seen_order(request, pk)
    _ruling(order, request.user)
    form = MarksRulingForm(request.POST)
    upheld = request.POST.get("upheld", "")
    if form.is_valid() and upheld in ("0", "1"):
        at, reason = timezone.now(), form.cleaned_data["reason"]
        try:
            review_answers.rule_on_marks(
                pk, upheld=upheld == "1", reason=reason, actor=request.user, at=at
            )
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The ruling is kept; both sides are told."))
            return redirect("assessment:review", pk)
    return _again(request, order, ruling=form)


def _again(request: HttpRequest, order: Order, **typed: forms.Form) -> HttpResponse:
    given = Review.objects.select_related("reviewer", "answer__answered_by").get(order=order)
    context = review_context(request, order, given) | sides_of(order, given, request.user, **typed)
    return render(request, "assessment/review.html", context, status=400)


def review_context(request: HttpRequest, order: Order, given: Review) -> dict[str, Any]:
    """Return what the page of given marks shows of order and marks."""
    user = request.user
    return {
        "order": order,
        "text": shown_text(order.case, user),
        "result": shown_text(order.case, user, order.result),
        "comment": shown_text(order.case, user, given.comment),
        "form": None,
        "review": given,
    }


@require_http_methods(["GET", "POST"])
def whistle_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form of the whistle's mark; POST gives it."""
    order = seen_order(request, pk)
    _marking(order, request.user)
    form = WhistleMarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            whistle_marks.mark_whistle(pk, actor=request.user, at=at, **form.details())
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Your mark of the whistle is kept."))
            return redirect("dispatch:order", pk)
    context = {
        "order": order,
        "form": form,
        "text": shown_text(order.case, request.user),
        "reason": shown_text(order.case, request.user, order.whistle.reason),
    }
    status = 400 if form.errors else 200
    return render(request, "assessment/whistle_mark.html", context, status=status)


@require_GET
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the marks both ways of one order and what is the reader's to say: a fragment of its page."""
    order = seen_order(request, pk)
    people = ("reviewer", "answer__answered_by", "answer__ruled_by")
    given = Review.objects.filter(order=order).select_related(*people).first()
    context = {"order": order, "review": given} | sides_of(order, given, request.user)
    return render(request, "assessment/_sides_of_order.html", context)
