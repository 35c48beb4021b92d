"""The page that makes a case of a snapshot, an opinion, a diary entry or a patrol's finding."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from accounts.requests import SignedInRequest
from cases.event_texts import ORIGINS
from cases.forms import GridReportForm, put_refusal
from cases.models import Case, FieldTask, Opinion, Snapshot
from cases.privacy import struck
from cases.services.intake import may_receive
from cases.services.origins import make_case
from cases.views.intake import placed, typed
from cases.views.words import received_words
from grids.models import DiaryEntry
from grids.queries import path_names


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the form begins with, and where one goes back to."""

    text: str
    area: str
    kind: str
    back: str
    case_number: str = ""
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    photo_url: str = ""


def report_from(request: SignedInRequest, source: str, pk: int) -> HttpResponse:
    """Make a case of a row: what is known stands in the form, what it is filed under is asked."""
    if source not in BEGINNINGS:
        raise Http404
    if not may_receive(request.user):
        raise PermissionDenied
    begin = BEGINNINGS[source](request.user, pk)
    if begin.case_number:
        raise StepRefused(_("A case was made of it already."))
    form = _form(request, begin)
    if form.is_bound and form.is_valid():
        case = _made(request, source, pk, form)
        if case is not None:
            messages.success(request, received_words(case))
            return redirect(begin.back)
    context = {
        "form": form,
        "source": ORIGINS[source],
        "begin": begin,
        "photo_errors": form.errors.get("photos") or form.non_field_errors(),
    }
    return render(request, "cases/report_from.html", context, status=400 if form.errors else 200)


def _form(request: SignedInRequest, begin: Beginning) -> GridReportForm:
    given = typed(request)
    if not given:
        initial = {
            "text": begin.text,
            "kind": begin.kind,
            "area": begin.area,
            "lon": begin.lon,
            "lat": begin.lat,
            "address": begin.address,
            "place": " · ".join(path_names(begin.area)),
        }
        given = {"initial": initial}
    return GridReportForm(at=timezone.now(), **given)


def _made(request: SignedInRequest, source: str, pk: int, form: GridReportForm) -> Case | None:
    place = placed(form)
    if place is None:
        return None
    photos = request.FILES.getlist("photos")
    try:
        return make_case(
            source,
            pk,
            actor=request.user,
            at=timezone.now(),
            place=place,
            photos=photos,
            **form.details(),
        )
    except BadInput as refusal:
        put_refusal(form, refusal)
        return None


def _number(case: Case | None) -> str:
    return case.number if case else ""


def _snapshot(user: User, pk: int) -> Beginning:
    row = Snapshot.objects.visible_to(user).select_related("case").filter(pk=pk).first()
    if row is None:
        raise Http404
    return Beginning(
        text=struck(row.text, row.name, row.phone),
        area=row.area_id,
        kind=Case.Kind.COMPLAINT,
        back=reverse("cases:snapshots"),
        case_number=_number(row.case),
        lon=row.lon,
        lat=row.lat,
        address=row.address,
        photo_url=reverse("cases:snapshot_photo", args=[row.pk]),
    )


def _opinion(user: User, pk: int) -> Beginning:
    rows = Opinion.objects.visible_to(user).select_related("meeting", "case")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    back = reverse("cases:meeting", args=[row.meeting_id])
    area, number = row.meeting.area_id, _number(row.case)
    return Beginning(row.text, area, Case.Kind.SUGGESTION, back, number)


def _diary(user: User, pk: int) -> Beginning:
    row = DiaryEntry.objects.visible_to(user).filter(pk=pk).first()
    if row is None:
        raise Http404
    back = reverse("grids:diary")
    return Beginning(row.text, row.area_id, Case.Kind.HELP, back, row.case_number)


def _patrol(user: User, pk: int) -> Beginning:
    rows = FieldTask.objects.visible_to(user).filter(kind=FieldTask.Kind.PATROL)
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    back = reverse("cases:task", args=[row.pk])
    return Beginning("", row.area_id, Case.Kind.HELP, back)


BEGINNINGS: dict[str, Callable[[User, int], Beginning]] = {
    "snapshot": _snapshot,
    "opinion": _opinion,
    "diary": _diary,
    "patrol": _patrol,
}
