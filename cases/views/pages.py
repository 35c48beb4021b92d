"""One case: its page, its steps, its photos, and the deliberate look at its caller."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Role, User
from accounts.refusals import BadInput, StepRefused
from accounts.requests import SignedInRequest
from cases.explanation import reasons, sentence, table
from cases.filing import condition_words
from cases.forms import PurposeForm, put_refusal
from cases.lifecycle import CALLBACK_ROLES, OPEN, State, passed_words, whistle_blowers
from cases.merged import of_same_call, waits_for_call
from cases.models import Attachment, Case, Clue, Request
from cases.privacy import may_reveal, shown_name, shown_phone, shown_text
from cases.queries import cases_for_page, lines, own_clocks, photos_by_step, timeline
from cases.services.callbacks import rating_token
from cases.services.commendations import may_commend
from cases.services.intake import look_alikes, may_receive
from cases.services.lives import deadline_of
from cases.services.privacy import reveal_caller
from cases.services.splitting import may_add, may_split
from cases.services.steps import ASKING, advance, permission_of, steps_for
from cases.services.urging import may_urge
from cases.source_forms import UrgeForm
from cases.step_forms import STEP_FACES, form_of
from grids.queries import path_names

BLOWN_IN = (State.RECEIVED, State.HANDLING)
PRAISED_IN = (State.HANDLED, State.RATED, State.CLOSED)
STANDING_TONES = {"open": "blue", "answered": "amber", "collected": "green"}
PROPOSED_IN = (State.RECEIVED, State.HANDLING)
ANSWER_TONES = {
    "yes": "green",
    "partly": "amber",
    "no": "red",
    "very_satisfied": "green",
    "satisfied": "green",
    "basic": "amber",
    "dissatisfied": "red",
    "very_dissatisfied": "red",
}


def visible_case(user: User, number: str) -> Case:
    """Return the case, or 404 where there is none that the user may see."""
    return get_object_or_404(cases_for_page(user), number=number)


@require_GET
def detail(request: SignedInRequest, number: str) -> HttpResponse:
    """Show one case: where it stands, what it says, what can be done now, what happened."""
    case = visible_case(request.user, number)
    return render(request, "cases/detail.html", page_of_case(case, request))


def page_of_case(case: Case, request: SignedInRequest) -> dict[str, Any]:
    """Return what the case's page shows to the reader."""
    reader = request.user
    photos = list(case.attachments.order_by("pk"))
    merged = Case.objects.visible_to(reader).filter(parent=case).order_by("pk")
    clocks = own_clocks(case)
    requests = _requests(case, reader)
    return {
        "at": timezone.now(),
        "case": case,
        "text": shown_text(case, reader),
        "result": shown_text(case, reader, case.result),
        "reason": shown_text(case, reader, case.reason),
        "path": path_names(case.area_id),
        "point": _points(case),
        "clocks": clocks,
        "running_clocks": sum(clock.stopped_at is None for clock in clocks),
        "ended_clocks": sum(clock.stopped_at is not None for clock in clocks),
        "actions": offered(case, reader, [row["asked"] for row in requests]),
        "condition": condition_words(case),
        "requests": requests,
        "callbacks": _callbacks(case, reader),
        "timeline": timeline(case, reader, photos_by_step(photos)),
        "photos": [photo for photo in photos if photo.step == "receive"],
        "merged": list(merged[:20]),
        "may_blow": whistle_blowers(case, reader) and case.state in BLOWN_IN,
        "passed_words": passed_words(case.level),
        "propose": case.state in PROPOSED_IN,
        "may_receive": may_receive(reader),
        **_caller(case, reader),
        **_for_callers(case, request),
        **_beside_steps(case, reader),
        **_origin(case, reader),
    }


def _beside_steps(case: Case, reader: User) -> dict[str, Any]:
    """Return what the reader may do with the case that is no step of it."""
    urges = case.callable and case.state in (*OPEN, State.MERGED) and may_urge(case, reader)
    praises = may_commend(reader) and case.state in PRAISED_IN
    url = partial(reverse, args=[case.number])
    return {
        "urge_form": UrgeForm(auto_id="id_urge_%s") if urges else None,
        "more_url": url("cases:more") if _may_add_here(case, reader) else "",
        "split_url": url("cases:split") if may_split(case, reader) else "",
        "commend_url": f"{reverse('cases:commend')}?case={case.number}" if praises else "",
    }


def _may_add_here(case: Case, reader: User) -> bool:
    return case.callable and case.state in OPEN and may_add(case, reader)


def _origin(case: Case, reader: User) -> dict[str, Any]:
    """Return the clue a case came from, and the other cases of its call."""
    platform = case.channel == Case.Channel.PLATFORM
    clue = Clue.objects.filter(case=case).first() if platform else None
    return {
        "clue": clue,
        "clue_tone": STANDING_TONES[clue.standing] if clue else "",
        "siblings": of_same_call(case, reader) if case.call_id else [],
    }


def _points(case: Case) -> list[dict[str, Any]]:
    if case.lon is None or case.lat is None:
        return []
    return [{"lon": case.lon, "lat": case.lat, "text": case.number, "tone": "red"}]


def _caller(case: Case, reader: User) -> dict[str, Any]:
    return {
        "caller_name": shown_name(case, reader),
        "caller_phone": shown_phone(case, reader),
        "has_caller": bool(case.caller_name or case.caller_phone),
        "may_reveal": may_reveal(case, reader),
        "purpose_form": PurposeForm(),
    }


def _for_callers(case: Case, request: SignedInRequest) -> dict[str, Any]:
    """Return what only the callback desk sees: the way there, and the resident's own link."""
    if not (request.user.holds(*CALLBACK_ROLES) and waits_for_call(case)):
        return {}
    link = reverse("cases:rate", args=[rating_token(case)])
    desk = f"{reverse('cases:callbacks')}?case={case.number}"
    return {"rating_link": request.build_absolute_uri(link), "callback_url": desk}


def _callbacks(case: Case, reader: User) -> list[dict[str, Any]]:
    rows = case.callbacks.select_related("agent").order_by("-at", "-pk")
    return [
        {
            "row": row,
            "words": shown_text(case, reader, row.words),
            "resolved_tone": ANSWER_TONES.get(row.resolved, "grey"),
            "satisfied_tone": ANSWER_TONES.get(row.satisfied, "grey"),
        }
        for row in rows
    ]


def _requests(case: Case, reader: User) -> list[dict[str, Any]]:
    """Return what was asked of the centre for the case, newest first, with its answers."""
    rows = case.requests.select_related("unit", "asked_by", "ruled_by").order_by("-asked_at", "-pk")
    rules = reader.holds(Role.SUPERVISOR)
    return [
        {
            "asked": row,
            "reason": shown_text(case, reader, row.reason),
            "ruling": shown_text(case, reader, row.ruling),
            "url": reverse("cases:rule_request", args=[row.pk])
            if rules and row.granted is None
            else "",
        }
        for row in rows
    ]


def offered(case: Case, reader: User, asked: Sequence[Request]) -> list[dict[str, Any]]:
    """Return the steps the reader may take now, each with its face, address and empty form; what
    was `asked` and waits is not offered again."""
    waiting = {row.kind for row in asked if row.granted is None}
    possible = [step for step in steps_for(case, reader) if ASKING.get(step) not in waiting]
    return [
        {
            "name": name,
            "face": STEP_FACES[name],
            "url": reverse("cases:step", args=[case.number, name]),
            "form": form_of(name, case)(auto_id=f"id_{name}_%s"),
        }
        for name in STEP_FACES
        if name in possible
    ]


@require_GET
def why(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Say why a clock of the case is due when it is."""
    case = visible_case(request.user, number)
    clock = get_object_or_404(case.clocks.prefetch_related("entries"), pk=pk)
    deadline = deadline_of(clock)
    context = {
        "clock": clock,
        "sentence": sentence(deadline),
        "reasons": reasons(deadline),
        "table": table(deadline),
        "source": clock.policy.get("source", ""),
        "calendar": deadline.calendar,
    }
    return render(request, "cases/_why.html", context)


@require_GET
def alike(request: SignedInRequest, number: str) -> HttpResponse:
    """Show the open cases like this one, for whoever may merge it."""
    case = visible_case(request.user, number)
    found: QuerySet[Case] = look_alikes(
        request.user,
        area=case.area_id,
        category=case.category_id,
        text=case.text,
        but=case.number,
    )
    mergeable = "merge" in steps_for(case, request.user)
    context = {
        "cases": lines(found, request.user),
        "asked": True,
        "merge_url": reverse("cases:step", args=[number, "merge"]) if mergeable else "",
    }
    return render(request, "cases/_look_alikes.html", context)


def step(request: SignedInRequest, number: str, step: str) -> HttpResponse:
    """Take a step: ask for its details, or take it. A refused detail comes back into the form."""
    case = visible_case(request.user, number)
    face = STEP_FACES.get(step)
    if face is None:
        raise Http404
    if not permission_of(getattr(case, step))(case, request.user):
        raise PermissionDenied
    if step not in steps_for(case, request.user):
        text = _("This cannot be done now: the case is “%(state)s”. Reload to see where it stands.")
        raise StepRefused(text % {"state": case.get_state_display()})
    kind = form_of(step, case)
    form = kind(request.POST) if request.method == "POST" else kind(initial=_asked(request))
    if request.method == "POST" and form.is_valid() and _taken(case, step, request, form):
        messages.success(request, _("Done: %(step)s.") % {"step": face.label})
        return redirect(_back(request, case))
    context = {
        "case": case,
        "step": step,
        "face": face,
        "form": form,
        "text": shown_text(case, request.user),
    }
    return render(request, "cases/step.html", context, status=400 if form.errors else 200)


def _asked(request: SignedInRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("into",) if name in request.GET}


def _taken(case: Case, step: str, request: SignedInRequest, form: Any) -> bool:
    details = {name: value for name, value in form.cleaned_data.items() if value not in ("", None)}
    try:
        advance(case.pk, step, actor=request.user, at=timezone.now(), **details)
    except BadInput as refusal:
        put_refusal(form, refusal)
        return False
    return True


DESKS = {"town": "cases:town_desk", "grid": "cases:grid_desk", "callbacks": "cases:callbacks"}


def _back(request: SignedInRequest, case: Case) -> str:
    """Return to the desk that the button stood on, otherwise to the case."""
    desk = DESKS.get(request.POST.get("desk", ""))
    return reverse(desk) if desk else case.get_absolute_url()


@require_POST
def reveal(request: SignedInRequest, number: str) -> HttpResponse:
    """Show the caller for the purpose given; the look is written down first."""
    case = visible_case(request.user, number)
    context: dict[str, Any] = {"case": case, **_caller(case, request.user)}
    status = 200
    try:
        context["revealed"] = reveal_caller(
            case,
            actor=request.user,
            at=timezone.now(),
            purpose=request.POST.get("purpose", ""),
        )
    except BadInput as refusal:
        form = PurposeForm(request.POST)
        put_refusal(form, refusal)
        context["purpose_form"], status = form, 400
    return render(request, "cases/_caller.html", context, status=status)


@require_GET
@cache_control(private=True, max_age=86400, immutable=True)
def photo(request: SignedInRequest, token: Any) -> FileResponse:
    """Send a photo of a case the user may see."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), token=token)
    try:
        return FileResponse(found.file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
