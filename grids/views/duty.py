"""The duty list on screen: for those who keep it, for those on it, and what the public may know."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from grids import choices
from grids.dutylist import WEEK, duty_week, monday_of, standing_duty
from grids.exports import csv_answer
from grids.forms import CopyWeekForm, ShiftForm, put_refusal
from grids.models import Area, DutyShift
from grids.people import grid_people
from grids.queries import path_names
from grids.reach import path_of
from grids.services.duty import add_shift, copy_week, may_keep, remove_shift
from grids.tabs import check_reader, life_tabs

VIEW = "grids:duty"


def duty(request: SignedInRequest) -> HttpResponse:
    """Show a community's duty in a week; those who keep the list add shifts."""
    check_reader(request.user)
    community, monday = _asked(request)
    form = _form(request, community)
    if form.is_bound and form.is_valid():
        try:
            add_shift(actor=request.user, **form.cleaned_data)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("On the duty list."))
            return redirect(_address(community, monday))
    context = _page(request, community, monday) | {"form": form}
    return render(request, "grids/duty.html", context, status=400 if form.errors else 200)


def _asked(request: HttpRequest) -> tuple[str, Any]:
    """Return the community and the Monday asked for; by default the first of one's own, and today's."""
    user: Any = request.user
    known = [code for code, _name in choices.communities(user)]
    wanted = request.GET.get("area", "")
    community = wanted if wanted in known else (known[0] if known else "")
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
        in_reach = abs(day - timezone.localdate()) < timedelta(days=3660)
    except ValueError:
        in_reach = False
    return community, monday_of(day if in_reach else timezone.localdate())


def _address(community: str, monday: Any) -> str:
    return f"{reverse(VIEW)}?area={community}&week={timezone.localtime(monday):%Y-%m-%d}"


def _form(request: SignedInRequest, community: str) -> ShiftForm:
    own = may_keep(request.user, community)
    areas = choices.grids(request.user, community) if own else []
    people = choices.people(community) if own else []
    data = request.POST if request.method == "POST" else None
    return ShiftForm(data, areas=areas, people=people)


def _page(request: SignedInRequest, community: str, monday: Any) -> dict[str, Any]:
    at, user = timezone.now(), request.user
    rows = duty_week(community, monday, at) if community else []
    first = timezone.localtime(monday).date()
    return {
        "at": at,
        "tabs": life_tabs(VIEW),
        "communities": choices.communities(user),
        "community": community,
        "rows": rows,
        "days": [first + timedelta(days=n) for n in range(7)],
        "today": timezone.localdate(),
        "empty": [row.name for row in rows if row.empty],
        "monday": first,
        "before": _address(community, monday - WEEK),
        "after": _address(community, monday + WEEK),
        "keeps": may_keep(user, community),
        "copy_form": CopyWeekForm(auto_id="copy_%s"),
        "export_url": f"{reverse('grids:duty_export')}?{_address(community, monday).split('?')[1]}",
    }


@require_POST
def copy(request: SignedInRequest) -> HttpResponse:
    """Copy the week shown into the weeks after it."""
    check_reader(request.user)
    community, monday = _asked(request)
    form = CopyWeekForm(request.POST)
    weeks = form.cleaned_data["weeks"] if form.is_valid() else 0
    count = copy_week(actor=request.user, area=community, monday=monday, weeks=weeks)
    messages.success(request, _("%(count)s shifts copied.") % {"count": count})
    return redirect(_address(community, monday))


@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a shift off the list."""
    shift = get_object_or_404(DutyShift.objects.visible_to(request.user), pk=pk)
    remove_shift(shift.pk, actor=request.user)
    messages.success(request, _("Taken off the duty list."))
    day = timezone.localtime(shift.starts_at).date()
    return redirect(_address(shift.area_id[:12], monday_of(day)))


@require_GET
def export(request: SignedInRequest) -> HttpResponse:
    """Send the week's shifts as a table."""
    check_reader(request.user)
    community, monday = _asked(request)
    header = [_("Grid"), _("Code"), _("Who"), _("Begins at"), _("Ends at"), _("Note")]
    rows = [
        [row.name, row.code, shift.user, _local(shift.starts_at), _local(shift.ends_at), shift.note]
        for row in duty_week(community, monday, timezone.now())
        for day in row.days
        for shift in day
    ]
    name = _("duty list") + f"-{community}-{timezone.localtime(monday):%Y%m%d}.csv"
    return csv_answer(name, header, rows)


def _local(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


@login_not_required
@require_GET
def public(request: HttpRequest, code: str) -> HttpResponse:
    """Tell residents who works in their grid and under which number (BZ Art. 6), and nothing beside."""
    levels = [Area.Level.GRID, Area.Level.MICROGRID]
    area = Area.objects.defer("boundary").filter(code=code, level__in=levels).first()
    if area is None:
        raise Http404
    at = timezone.now()
    community = area.community_code
    standing = standing_duty(community)
    people = {user.pk: user for step in path_of(code) for user in standing.get(step, [])}
    shifts = DutyShift.objects.at(at).filter(area__in=path_of(code), user__is_active=True)
    now = {shift.user_id: shift for shift in shifts.select_related("user").order_by("ends_at")}
    people |= {pk: shift.user for pk, shift in now.items()}
    # A list kept by hand may name others; only the grid's own people are published.
    posted = set(grid_people(code).values_list("pk", flat=True))
    rows = [
        {"user": user, "until": now[pk].ends_at if pk in now else None}
        for pk, user in people.items()
        if pk in posted
    ]
    rows.sort(key=lambda row: row["until"] is None)
    context = {"path": path_names(code), "rows": rows, "at": at}
    answer = render(request, "grids/duty_public.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer
