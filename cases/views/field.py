"""Tasks in the field on a phone: what I am to look at, and what I found."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from cases.field_forms import AskForm, DoneForm, PatrolForm, ToForm
from cases.forms import put_refusal
from cases.models import FieldTask, Opinion
from cases.privacy import note_of
from cases.services.tasks import (
    done_task,
    give_patrol,
    give_task,
    may_ask,
    may_do,
    may_reassign,
    reassign_task,
)
from cases.views.pages import visible_case
from grids import choices
from grids.naming import short_name
from grids.reach import FIELD, HEADS
from grids.services.positions import note_position
from grids.tabs import check_reader, life_tabs

VIEW = "cases:tasks"
MOST_SHOWN = 60
LATELY = 15


def shown(rows: QuerySet[FieldTask]) -> QuerySet[FieldTask]:
    """Load what a task's card shows."""
    return rows.select_related("area", "assignee", "case").defer("area__boundary")


def own_tasks(user: User) -> QuerySet[FieldTask]:
    """Return the user's open tasks, the first due first."""
    rows = FieldTask.objects.visible_to(user).open().filter(assignee=user)
    return shown(rows).order_by("due_at", "pk")


@require_GET
def tasks(request: SignedInRequest) -> HttpResponse:
    """Show one's own tasks, then those of one's area; who gives tasks finds the patrol form below."""
    check_reader(request.user)
    return render(request, "cases/tasks.html", _page(request, None))


def _page(request: SignedInRequest, patrol: PatrolForm | None) -> dict[str, Any]:
    user = request.user
    seen = shown(FieldTask.objects.visible_to(user))
    others = seen.filter(done_at=None).exclude(assignee=user).order_by("due_at", "pk")
    done = seen.filter(done_at__isnull=False).order_by("-created_at", "-pk")
    return {
        "at": timezone.now(),
        "tabs": life_tabs(VIEW),
        "mine": cards(own_tasks(user)[:MOST_SHOWN], user),
        "others": cards(others[:MOST_SHOWN], user),
        "done": cards(done[:LATELY], user),
        "patrol": patrol or _patrol_form(request),
        "walks": user.holds(*FIELD),
    }


def cards(rows: Any, user: User) -> list[dict[str, Any]]:
    """Return the tasks with the names people say, and whether they are the reader's to do."""
    return [
        {
            "task": task,
            "place": short_name(task.area.name),
            "note": note_of(task, user),
            "may_do": may_do(task, user),
        }
        for task in rows
    ]


def _patrol_form(request: SignedInRequest) -> PatrolForm | None:
    user = request.user
    if not user.holds(*HEADS):
        return None
    areas = choices.grids(user)
    people = {pk: name for code in user.areas_of(*HEADS) for pk, name in choices.people(code)}
    data = request.POST if request.method == "POST" else None
    return PatrolForm(data, areas=areas, people=sorted(people.items(), key=lambda one: one[1]))


@require_POST
def patrol(request: SignedInRequest) -> HttpResponse:
    """Send somebody on a patrol."""
    check_reader(request.user)
    form = _patrol_form(request)
    if form is None:
        raise PermissionDenied
    if form.is_valid():
        try:
            task = give_patrol(actor=request.user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("%(who)s is told.") % {"who": task.assignee})
            return redirect(VIEW)
    return render(request, "cases/tasks.html", _page(request, form), status=400)


def task(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one task; whoever goes there writes down what they found."""
    check_reader(request.user)
    row = get_object_or_404(shown(FieldTask.objects.visible_to(request.user)), pk=pk)
    may = row.done_at is None and may_do(row, request.user)
    form = DoneForm(request.POST if request.method == "POST" else None, task=row)
    if form.is_bound and form.is_valid() and _done(request, row, form):
        messages.success(request, _("Written down. Thank you."))
        return redirect(VIEW)
    context = {
        "at": timezone.now(),
        "tabs": life_tabs(VIEW),
        "task": row,
        "place": short_name(row.area.name),
        "note": note_of(row, request.user),
        "form": form if may else None,
        "photo_errors": form.errors.get("photos") if form.is_bound else None,
        "to_form": _to_form(row, request.user),
        "needs_photo": row.kind == FieldTask.Kind.CHECK,
        "takes_photo": row.kind != FieldTask.Kind.PATROL,
    }
    return render(request, "cases/task.html", context, status=400 if form.errors else 200)


def _to_form(row: FieldTask, user: User) -> ToForm | None:
    if row.done_at is not None or not may_reassign(row, user):
        return None
    return ToForm(people=choices.people(row.area_id))


def _done(request: SignedInRequest, row: FieldTask, form: DoneForm) -> bool:
    photos = request.FILES.getlist("photos")
    try:
        done_task(row.pk, actor=request.user, at=timezone.now(), photos=photos, **form.cleaned_data)
    except BadInput as refusal:
        put_refusal(form, refusal)
        if "photos" in refusal.fields:
            form.errors["photos"] = form.error_class(refusal.fields["photos"])
        return False
    return True


@require_POST
def reassign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a task to somebody else."""
    row = get_object_or_404(shown(FieldTask.objects.visible_to(request.user)), pk=pk)
    if not may_reassign(row, request.user):
        raise PermissionDenied
    form = ToForm(request.POST, people=choices.people(row.area_id))
    if not form.is_valid():
        raise BadInput({"to": _("Choose a grid worker or grid head of this area.")})
    moved = reassign_task(row.pk, actor=request.user, at=timezone.now(), to=form.cleaned_data["to"])
    messages.success(request, _("%(who)s is told.") % {"who": moved.assignee})
    return redirect(VIEW)


@require_POST
def position(request: SignedInRequest) -> HttpResponse:
    """Keep where somebody of the grids is now, because they pressed the button."""
    if not request.user.holds(*FIELD):
        raise PermissionDenied
    try:
        lon, lat = float(request.POST["lon"]), float(request.POST["lat"])
    except (KeyError, ValueError):
        raise BadInput({"lon": _("Give longitude and latitude together.")}) from None
    note_position(request.user, lon=lon, lat=lat, at=timezone.now())
    messages.success(
        request, _("Your position is known for half an hour; it is deleted after a day.")
    )
    return redirect(VIEW)


@require_GET
def of_case(request: SignedInRequest, number: str) -> HttpResponse:
    """Show the tasks of a case, and the button that sends somebody there."""
    case = visible_case(request.user, number)
    rows = shown(FieldTask.objects.filter(case=case)).order_by("-created_at", "-pk")[:LATELY]
    found = list(rows)
    going = {row.kind for row in found if row.done_at is None}
    asking = [
        AskForm(initial={"kind": kind}, auto_id=f"ask_{kind}_%s")
        for kind in (FieldTask.Kind.CHECK, FieldTask.Kind.VERIFY)
        if kind not in going and may_ask(case, request.user, kind)
    ]
    context = {
        "at": timezone.now(),
        "case": case,
        "tasks": cards([row for row in found if row.done_at is None], request.user),
        "asking": asking,
        "opinion": Opinion.objects.visible_to(request.user)
        .filter(case=case)
        .select_related("meeting")
        .first(),
    }
    return render(request, "cases/_field.html", context)


@require_POST
def ask(request: SignedInRequest, number: str) -> HttpResponse:
    """Send the nearest person to look at the case."""
    case = visible_case(request.user, number)
    form = AskForm(request.POST)
    if not form.is_valid():
        raise BadInput({"kind": _("A case is checked or verified.")})
    row = give_task(case.pk, actor=request.user, at=timezone.now(), **form.cleaned_data)
    if row.assignee is None:
        messages.warning(
            request, _("Nobody of the grids covers this place; its community is told.")
        )
    else:
        who = {"who": row.assignee, "why": row.why_them}
        messages.success(request, _("%(who)s is told (%(why)s).") % who)
    return redirect(case)
