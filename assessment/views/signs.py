"""Signs of gaming: the questions asked, one of them, its answer and how it was settled."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from assessment import signs as rules
from assessment.models import Sign
from assessment.queries import topics as queries
from assessment.services import signs as services
from assessment.services.hotspots import DECIDING
from assessment.topic_forms import AnswerForm, SettleForm, SignFilter
from assessment.topic_words import how_sure, innocent, question, why
from assessment.views.topics import check_reads, sections
from dispatch.forms.parties import accepted


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the questions the user may see, the newest first."""
    user = request.user
    check_reads(user)
    form = SignFilter(request.GET)
    form.full_clean()
    page = queries.signs_page(user, form.criteria(), request.GET.get("cursor", ""))
    context = {
        "tabs": sections("signs", user),
        "form": form,
        "page": page,
        "rows": [{"sign": sign, "question": question(sign)} for sign in page.rows],
        "narrowed": any(form.criteria().values()),
        "may_look": user.holds(*DECIDING),
        "percent": f"{100 * rules.ERROR_RATE:.0f}",
    }
    return render(request, "assessment/signs.html", context)


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look at last month and this one now."""
    new = services.look_now(request.user, timezone.now())
    messages.success(request, _("Looked: %(count)s new questions.") % {"count": new})
    return redirect("assessment:signs")


@require_GET
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one question, what else may explain it, its cases and its answer."""
    return _page(request, _seen(request, pk), AnswerForm(), SettleForm())


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a question; what was typed stays where it is refused."""
    seen, form = _seen(request, pk), AnswerForm(request.POST)
    if form.is_valid():
        text, at = form.cleaned_data["answer"], timezone.now()
        if accepted(form, lambda: services.answer_sign(pk, actor=request.user, at=at, text=text)):
            messages.success(request, _("Answered; the command centre is told."))
            return redirect("assessment:sign", pk)
    return _page(request, seen, form, SettleForm(), status=400)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a question; what was typed stays where it is refused."""
    seen, form = _seen(request, pk), SettleForm(request.POST)
    if form.is_valid():
        words, at = form.cleaned_data["settled"], timezone.now()
        if accepted(form, lambda: services.settle_sign(pk, actor=request.user, at=at, words=words)):
            messages.success(request, _("Settled; the unit is told."))
            return redirect("assessment:sign", pk)
    return _page(request, seen, AnswerForm(), form, status=400)


def _seen(request: HttpRequest, pk: int) -> Sign:
    rows = queries.signs_for_list(request.user).select_related("answered_by", "settled_by")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest, seen: Sign, answering: AnswerForm, settling: SettleForm, status: int = 200
) -> HttpResponse:
    user = request.user
    context = {
        "sign": seen,
        "question": question(seen),
        "why": why(seen.kind),
        "innocent": innocent(seen.kind),
        "how_sure": how_sure(seen),
        "agent": _agent(seen),
        "cases": queries.seen_numbers(seen, user),
        "answering": answering if services.may_answer(seen, user) else None,
        "settling": settling if services.may_settle(seen, user) else None,
    }
    return render(request, "assessment/sign.html", context, status=status)


def _agent(seen: Sign) -> Any:
    """Return whose ratings they are; a sign that names an agent is read by those who read all figures."""
    pk = seen.facts.get("agent")
    return User.objects.filter(pk=pk).first() if pk else None
