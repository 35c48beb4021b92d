"""Topics: their list, one with its course and its measure, taking up, entering and closing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Unit, User
from accounts.refusals import BadInput
from accounts.requests import key_in
from assessment.access import reads_figures
from assessment.measures import Measure
from assessment.models import HotSpot, Topic, TopicEntry
from assessment.models.topics import OWNING
from assessment.queries import topics as queries
from assessment.services import topics as services
from assessment.services.hotspots import DECIDING, check_decides
from assessment.services.topic_corrections import (
    CORRECTED,
    check_correctable,
    correct_topic,
    correctable,
    facts_of,
)
from assessment.topic_forms import (
    FIELDS,
    CorrectionForm,
    OutcomeForm,
    TopicFilter,
    TopicForm,
    WorkForm,
    as_shown,
)
from assessment.topic_words import corrected, odds, verdict
from dispatch.forms.parties import accepted
from grids.naming import short_name

REVIEWED_AFTER = timedelta(days=56)
"""Eight weeks: long enough to tell a halving from chance where there are a few cases a week."""


def sections(active: str, user: User) -> list[dict[str, Any]]:
    """Return the parts of the page, those the user may read."""
    labels = {
        "hot_spots": (_("Hot spots found"), None),
        "topics": (_("Topics"), None),
        "signs": (_("Questions about figures"), queries.count_asked(user)),
    }
    if not reads_figures(user):
        del labels["hot_spots"]
    return [
        {
            "url": reverse(f"assessment:{name}"),
            "label": label,
            "count": count if count != "0" else None,
            "active": name == active,
        }
        for name, (label, count) in labels.items()
    ]


def check_reads(user: User) -> None:
    """Raise `PermissionDenied` for those who neither read the figures nor answer for a unit."""
    if not reads_figures(user) and not user.holds(*OWNING):
        raise PermissionDenied(_("Topics are not for your role to read."))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the topics the user may see, the newest first."""
    user = request.user
    check_reads(user)
    form = TopicFilter(request.GET)
    form.full_clean()
    context = {
        "tabs": sections("topics", user),
        "form": form,
        "page": queries.topics_page(user, form.criteria(), request.GET.get("cursor", "")),
        "narrowed": any(form.criteria().values()),
        "may_open": user.holds(*DECIDING),
        "today": timezone.localdate(),
    }
    return render(request, "assessment/topics.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a topic, filled from a hot spot where one is named; POST takes it up."""
    check_decides(request.user)
    at, spot = timezone.now(), _spot(request)
    initial = _initial(spot, at)
    place = spot.area if spot else None
    form = TopicForm(request.POST or None, initial=initial, place=place)
    if request.method == "POST" and form.is_valid():
        topic = accepted(form, lambda: _take_up(form, spot, request.user, at))
        if topic:
            messages.success(request, _("Taken up; the owner and the assisting units are told."))
            return redirect("assessment:topic", topic.pk)
    context = {"form": form, "spot": spot, "words": _spot_words(spot)}
    return render(request, "assessment/topic_new.html", context, status=400 if form.errors else 200)


def _take_up(form: TopicForm, spot: HotSpot | None, user: User, at: Any) -> Topic:
    given = {**form.cleaned_data, **form.parties()}
    del given["departments"]
    proposed = services.Proposed(owner=given.pop("lead"), spot=spot.pk if spot else None, **given)
    try:
        return services.open_topic(proposed, actor=user, at=at)
    except BadInput as refusal:
        raise BadInput(
            {"lead" if name == "owner" else name: texts for name, texts in refusal.fields.items()}
        ) from refusal


def _spot(request: HttpRequest) -> HotSpot | None:
    if (pk := key_in(request.GET.get("spot"))) is None:
        return None
    return get_object_or_404(queries.spots_for_list(request.user).filter(topic=None), pk=pk)


def _initial(spot: HotSpot | None, at: Any) -> dict[str, Any]:
    today = timezone.localdate(at)
    initial: dict[str, Any] = {"begun_on": today, "review_on": today + REVIEWED_AFTER}
    if spot is None:
        return initial
    owner, assists = services.owner_for(spot.category_id, spot.area_id)
    usual = spot.expected * 7 / spot.search.days
    place = short_name(spot.area.name)
    return initial | {
        "title": _("%(category)s in %(place)s") % {"category": spot.category, "place": place},
        "category": spot.category_id,
        "area": spot.area_id,
        "lead": owner,
        "departments": assists,
        "goal": max(usual, Decimal(1)).quantize(Decimal("0.1")),
    }


def _spot_words(spot: HotSpot | None) -> str:
    if spot is None:
        return ""
    text = _("%(found)s residents in %(days)s days up to %(until)s, %(expected)s expected.")
    return text % {
        "found": spot.found,
        "days": spot.search.days,
        "until": date_format(spot.search.until, "Y-m-d"),
        "expected": spot.expected,
    }


@require_GET
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a topic: how it stands, what it measures, what was done."""
    return _page(request, _seen(request, pk), WorkForm(), OutcomeForm())


@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was done; what was typed stays where it is refused."""
    seen, form = _seen(request, pk), WorkForm(request.POST)
    if form.is_valid():
        text, at = form.cleaned_data["text"], timezone.now()
        if accepted(form, lambda: services.enter(pk, actor=request.user, at=at, text=text)):
            messages.success(request, _("Entered; the centre is told."))
            return redirect("assessment:topic", pk)
    return _page(request, seen, form, OutcomeForm(), status=400)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a topic with its outcome."""
    seen, form = _seen(request, pk), OutcomeForm(request.POST)
    if form.is_valid():
        said, at = form.cleaned_data["outcome"], timezone.now()
        if accepted(
            form, lambda: services.close_topic(pk, actor=request.user, at=at, outcome=said)
        ):
            messages.success(request, _("Closed; owner and assisting units are told."))
            return redirect("assessment:topic", pk)
    return _page(request, seen, WorkForm(), form, status=400)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the user may correct of a topic; POST corrects it, what was typed stays where it is refused."""
    seen, at = _seen(request, pk), timezone.now()
    names = check_correctable(seen, request.user)
    known = facts_of(seen)
    facts = {FIELDS.get(name, name): value for name, value in known.items()}
    first = facts | {"shown": as_shown(known)}
    form = CorrectionForm(request.POST or None, initial=first, names=names)
    if (
        request.method == "POST"
        and form.is_valid()
        and accepted(form, lambda: _correct(form, pk, request.user, at))
    ):
        messages.success(request, _("Corrected; the units concerned are told."))
        return redirect("assessment:topic", pk)
    status = 400 if form.errors else 200
    context = {"topic": seen, "form": form, "central": "goal" in names}
    return render(request, "assessment/topic_correct.html", context, status=status)


def _correct(form: CorrectionForm, pk: int, user: User, at: Any) -> Topic:
    reason, changes = form.cleaned_data["reason"], form.changes()
    try:
        return correct_topic(pk, actor=user, at=at, reason=reason, changes=changes)
    except BadInput as refusal:
        raise BadInput(
            {FIELDS.get(name, name): texts for name, texts in refusal.fields.items()}
        ) from refusal


def _seen(request: HttpRequest, pk: int) -> Topic:
    rows = queries.topics_for_list(request.user).prefetch_related("assists")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest, seen: Topic, work: WorkForm, outcome: OutcomeForm, status: int = 200
) -> HttpResponse:
    at, user = timezone.now(), request.user
    weeks = services.weeks_of(seen, at)
    found = services.measured(seen, at, weeks)
    entries = list(seen.entries.select_related("by").order_by("-at", "-pk"))
    units = _units_named(entries)
    context = {
        "topic": seen,
        "place": short_name(seen.area.name) if seen.area else _("The whole district"),
        "found": found,
        "verdict": verdict(found),
        "odds": odds(found.chance),
        "elsewhere": " → ".join(map(str, found.district or ())),
        "chart": _chart(seen, found, weeks),
        "events": [_event(entry, units) for entry in entries],
        "work": work if services.may_enter(seen, user) else None,
        "outcome": outcome if services.may_close(seen, user) else None,
        "reached": found.after is not None and found.after <= seen.goal,
        "correctable": bool(correctable(seen, user)),
        "due": seen.state != Topic.State.CLOSED and seen.review_on <= timezone.localdate(at),
        "spot": queries.spots_for_list(user).filter(topic=seen).order_by("search__until").first(),
    }
    return render(request, "assessment/topic.html", context, status=status)


def _units_named(entries: list[TopicEntry]) -> dict[str, str]:
    """Return the names of the units by code where a correction speaks of any."""
    if not any({"owner", "assists"} & set(entry.changes) for entry in entries):
        return {}
    return {unit.code: str(unit) for unit in Unit.objects.all()}


def _event(entry: TopicEntry, units: dict[str, str]) -> dict[str, Any]:
    label, icon, tone = {
        "close": (_("Topic closed"), "circle-check", "green"),
        CORRECTED: (pgettext("topic", "Corrected"), "edit", "amber"),
    }.get(entry.step, (pgettext("topic", "What was done"), "pencil", "blue"))
    note = "\n".join([entry.text, *corrected(entry.changes, units)])
    return {
        "at": entry.at,
        "label": label,
        "actor": entry.by,
        "note": note,
        "icon": icon,
        "tone": tone,
    }


def _chart(seen: Topic, found: Measure, read: services.Weeks) -> dict[str, Any]:
    """Return the weeks before and since, beside what they were had all gone as in the rest of the district."""
    before, since = read
    weeks = before + since
    rest = sum(week.all_people - week.people for week in before)
    share = sum(week.people for week in before) / rest if rest else 0.0
    series = [
        {"name": _("Residents a week"), "values": [week.people for week in weeks]},
        {"name": _("Goal"), "values": [float(seen.goal)] * len(weeks)},
    ]
    if found.beside and share:
        line: list[float | None] = [None] * len(before)
        line += [round(share * (week.all_people - week.people), 1) for week in since]
        series.append({"name": _("Had it gone as elsewhere"), "values": line})
    labels = [date_format(week.starts_on, "n-j") for week in weeks]
    return {"labels": labels, "series": series}
