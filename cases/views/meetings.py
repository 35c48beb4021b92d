"""Deliberation meetings on screen, and the page that makes a case of what the grids brought."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.paging import page_of
from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from cases.field_forms import MeetingForm, OpinionsForm, said_by_line
from cases.forms import put_refusal
from cases.models import Deliberation
from cases.services.deliberations import add_opinions, may_record, record_meeting
from grids import choices
from grids.models import Area
from grids.naming import short_name
from grids.reach import HEADS
from grids.tabs import check_reader, life_tabs

VIEW = "cases:meetings"
PAGE_SIZE = 20


def meetings(request: SignedInRequest) -> HttpResponse:
    """Show the meetings of one's area, the latest first, with how many opinions became cases."""
    check_reader(request.user)
    rows = Deliberation.objects.visible_to(request.user).select_related("area")
    rows = rows.defer("area__boundary").annotate(
        heard=Count("opinions"), made=Count("opinions", filter=Q(opinions__case__isnull=False))
    )
    page = page_of(rows, request.GET.get("cursor", ""), by="held_at", size=PAGE_SIZE)
    context = {
        "tabs": life_tabs(VIEW),
        "page": page,
        "meetings": [{"row": row, "area": short_name(row.area.name)} for row in page.rows],
        "records": request.user.holds(*HEADS),
    }
    return render(request, "cases/meetings.html", context)


def new(request: SignedInRequest) -> HttpResponse:
    """Record a meeting with its opinions."""
    if not request.user.holds(*HEADS):
        raise PermissionDenied
    levels = (Area.Level.COMMUNITY, Area.Level.GRID)
    own = choices.own_areas(request.user, *levels, all_where_wide=False)[: choices.MOST]
    areas = [(area.code, short_name(area.name)) for area in own]
    form = MeetingForm(request.POST if request.method == "POST" else None, areas=areas)
    if form.is_bound and form.is_valid():
        try:
            meeting = record_meeting(actor=request.user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            put_refusal(form, _renamed(refusal))
        else:
            messages.success(request, _("Meeting recorded."))
            return redirect("cases:meeting", pk=meeting.pk)
    context = {"tabs": life_tabs(VIEW), "form": form}
    return render(request, "cases/meeting_new.html", context, status=400 if form.errors else 200)


def _renamed(refusal: BadInput) -> BadInput:
    """Put what is wrong with an opinion beside the field they are all written in."""
    return BadInput({"opinions" if n == "text" else n: t for n, t in refusal.fields.items()})


def meeting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one meeting: each opinion became a case, or was heard."""
    check_reader(request.user)
    return _shown(request, _seen(request.user, pk), OpinionsForm())


def _seen(user: User, pk: int) -> Deliberation:
    rows = Deliberation.objects.visible_to(user).select_related("area", "recorded_by")
    return get_object_or_404(rows.defer("area__boundary"), pk=pk)


def _shown(request: SignedInRequest, row: Deliberation, form: OpinionsForm) -> HttpResponse:
    opinions = row.opinions.select_related("case").order_by("position")
    context = {
        "tabs": life_tabs(VIEW),
        "meeting": row,
        "area": short_name(row.area.name),
        "opinions": opinions,
        "records": may_record(request.user, row.area_id),
        "form": form,
    }
    return render(request, "cases/meeting.html", context, status=400 if form.errors else 200)


@require_POST
def opinions(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add opinions to a meeting."""
    row, form = _seen(request.user, pk), OpinionsForm(request.POST)
    if form.is_valid():
        try:
            said = said_by_line(form.cleaned_data["text"])
            add_opinions(row.pk, actor=request.user, opinions=said)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            return redirect("cases:meeting", pk=row.pk)
    return _shown(request, row, form)
