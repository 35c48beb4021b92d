"""The district's page: five profiles to pick from, what each would change, one's own words, a file of it all."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import district as own
from accounts.models import DistrictChange, Role
from accounts.requests import SignedInRequest
from config.district_forms import PickForm, ProfileFileForm, WordsForm
from config.profiles.picking import earliest_begin, name_district, pick, preview, this_district
from config.profiles.plans import Change, part_words
from config.profiles.reading import read_profile, shipped_profile
from config.profiles.shape import Profile, ProfileRefused
from config.profiles.shipped import CODES
from config.profiles.writing import write_profile
from dispatch.models import Responsibility

OWN = "own"
"""The code of the page that shows a file of one's own."""

HISTORY = 20


def _only_administrators(request: HttpRequest) -> None:
    if not request.user.holds(Role.ADMIN):  # type: ignore[union-attr]  # everybody here is signed in
        raise PermissionDenied(_("This page belongs to the administrators."))


@require_GET
def district(request: SignedInRequest) -> HttpResponse:
    """Show the profiles, what is picked, and the ways to edit each part."""
    _only_administrators(request)
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    row = this_district()
    profiles = [shipped_profile(code) for code in CODES]
    counted = Responsibility.objects.values("group").annotate(items=Count("pk"))
    items = {found["group"]: found["items"] for found in counted}
    context = {
        "district": row,
        "name": own.district_name(),
        "profiles": profiles,
        "picked": next((profile for profile in profiles if profile.code == row.profile), None),
        "lists": [one | {"items": items.get(one["name"], 0)} for one in row.lists],
        "history": DistrictChange.objects.select_related("by")[:HISTORY],
        "parts": _edit_pages(),
        "words_form": WordsForm(district=row),
        "file_form": ProfileFileForm(),
    }
    return render(request, "config/district.html", context | forms, status=status)


def _edit_pages() -> list[dict[str, str]]:
    """Return where each part is edited afterwards; pages of another app by address only."""
    pages = [
        (_("Levels, kinds and rights of whistles"), "dispatch:rights"),
        (_("Time limits"), "admin:cases_timelimit_changelist"),
        (_("Extensions and holds"), "admin:cases_adjustmentpolicy_changelist"),
        (_("Ladders of supervision"), "admin:cases_ladder_changelist"),
        (_("Hours of work"), "admin:cases_workhours_changelist"),
        (_("Assessment weights"), "assessment:policies"),
        (_("Responsibility list"), "dispatch:responsibilities"),
        (_("Routing by ownership"), "dispatch:routing"),
    ]
    found = []
    for label, view in pages:
        try:
            found.append({"label": label, "url": reverse(view)})
        except NoReverseMatch:
            continue
    return found


@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest, code: str) -> HttpResponse:
    """Show what picking a profile would change; by POST, pick it."""
    _only_administrators(request)
    earliest = earliest_begin(timezone.now())
    text = request.POST.get("text", "")
    found = _profile(code, text)
    form = PickForm(
        request.POST or None, earliest=earliest, initial={"begins": earliest, "text": text}
    )
    if request.method == "POST" and form.is_valid() and "pick" in request.POST:
        changes = pick(
            found, actor=request.user, at=timezone.now(), begins=form.cleaned_data["begins"]
        )
        said = ngettext(
            "Picked: %(name)s. %(count)s row changed.",
            "Picked: %(name)s. %(count)s rows changed.",
            len(changes),
        )
        messages.success(request, said % {"name": found.name, "count": len(changes)})
        return redirect("district")
    begins = form.cleaned_data.get("begins", earliest) if form.is_bound else earliest
    status = 400 if form.is_bound and not form.is_valid() else 200
    return _preview(request, found, form, preview(found, begins), code, status)


def _profile(code: str, text: str) -> Profile:
    """Return the shipped profile of the code, or the one whose text was posted."""
    try:
        return read_profile(text) if code == OWN else shipped_profile(code)
    except (KeyError, ProfileRefused):
        raise Http404 from None


def _preview(
    request: HttpRequest,
    found: Profile,
    form: PickForm,
    changes: list[Change],
    code: str,
    status: int = 200,
) -> HttpResponse:
    parts: dict[str, list[Change]] = {}
    for change in changes:
        parts.setdefault(part_words(change.part), []).append(change)
    context = {"profile": found, "form": form, "parts": parts, "code": code, "count": len(changes)}
    return render(request, "config/district_profile.html", context, status=status)


@require_POST
def import_profile(request: SignedInRequest) -> HttpResponse:
    """Show what a file of one's own would change; it is picked on the page that follows."""
    _only_administrators(request)
    form = ProfileFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, status=400, file_form=form)
    earliest = earliest_begin(timezone.now())
    pick_form = PickForm(earliest=earliest, initial={"begins": earliest, "text": form.text})
    return _preview(request, form.profile, pick_form, preview(form.profile, earliest), OWN)


@require_GET
def export_profile(request: SignedInRequest) -> HttpResponse:
    """Hand over the settings in force as a profile's file."""
    _only_administrators(request)
    answer = HttpResponse(write_profile(timezone.localdate()), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="district-profile.json"'
    return answer


@require_POST
def words(request: SignedInRequest) -> HttpResponse:
    """Take the district's name and its own words."""
    _only_administrators(request)
    form = WordsForm(request.POST, district=this_district())
    if not form.is_valid():
        return _page(request, status=400, words_form=form)
    given = dict(form.cleaned_data)
    name_district(given.pop("name"), given, actor=request.user, at=timezone.now())
    messages.success(request, _("Name and words are saved."))
    return redirect("district")
