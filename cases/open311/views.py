"""Open311 GeoReport v2: what other platforms read and send, in XML and JSON.

https://wiki.open311.org/GeoReport_v2/. A key is the token of a user who may enter requests.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods
from rest_framework.authtoken.models import Token

from accounts.models import User
from accounts.refusals import BadInput
from cases.models import Case, Category
from cases.open311 import documents
from cases.open311.requests import as_request, asked, find, find_one
from cases.services.intake import receive
from grids.models import Area
from grids.places import find_place

FORMS = {"xml": "text/xml", "json": "application/json"}
OUR_NAMES = {
    "category": "service_code",
    "text": "description",
    "caller_phone": "phone",
    "lon": "long",
    "area": "address_id",
    "address": "address_string",
}
View = Callable[..., HttpResponse]


def open311(view: View) -> View:
    """Check the jurisdiction and answer every refusal as the standard's list of errors."""

    @csrf_exempt  # a sender is known by its key alone, never by a cookie
    @login_not_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, form: str, **kwargs: Any) -> HttpResponse:
        given = request.POST if request.method == "POST" else request.GET
        try:
            district = given.get("jurisdiction_id", "")
            if district and not _is_ours(district):
                return documents.refusal(form, 404, [_("This jurisdiction_id is not known here.")])
            return view(request, *args, form=form, **kwargs)
        except BadInput as error:
            return documents.refusal(form, 400, _told(error))
        except PermissionDenied as error:
            return documents.refusal(form, 403, [str(error)])

    return wrapped


def _is_ours(code: str) -> bool:
    found = Area.objects.filter(level=Area.Level.DISTRICT, code=code.replace("\x00", ""))
    return found.exists()


def _told(error: BadInput) -> list[str]:
    rows = [(OUR_NAMES.get(name, name), texts) for name, texts in error.fields.items()]
    return [f"{name}: {text}" for name, texts in rows for text in texts]


def _sender(given: Any) -> User | None:
    """Return whose key it is, or nobody without a key; raise where it is nobody's."""
    key = given.get("api_key", "").replace("\x00", "")
    if not key:
        return None
    token = Token.objects.select_related("user").filter(key=key, user__is_active=True).first()
    if token is None:
        raise PermissionDenied(_("This api_key is not valid."))
    return token.user


@open311
@require_GET
def discovery(request: HttpRequest, *, form: str) -> HttpResponse:
    """Say where the endpoint is and which forms it speaks."""
    base = request.build_absolute_uri(reverse("open311:services", args=["xml"]))
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": base.removesuffix("/services.xml"),
        "type": "production",
        "formats": list(FORMS.values()),
    }
    row = {
        "changeset": "2026-11-21T00:00:00+08:00",
        "key_service": request.build_absolute_uri(reverse("api_token")),
        "endpoints": [endpoint],
    }
    return documents.one(form, "discovery", row)


@open311
@require_GET
def services(request: HttpRequest, *, form: str) -> HttpResponse:
    """List what can be reported: the categories of the second level."""
    rows = Category.objects.filter(children=None).select_related("parent").order_by("code")
    found = [
        {
            "service_code": row.code,
            "service_name": row.name,
            "description": f"{row.parent.name} / {row.name}" if row.parent else row.name,
            "metadata": False,
            "type": "realtime",
            "keywords": "",
            "group": row.parent.name if row.parent else "",
        }
        for row in rows
    ]
    return documents.answer(form, "services", found, each="service")


@open311
@require_GET
def definition(request: HttpRequest, code: str, *, form: str) -> HttpResponse:
    """Answer 404: no service of ours asks for attributes (`metadata` is false for all)."""
    return documents.refusal(form, 404, [_("This service has no definition.")])


@open311
@require_http_methods(["GET", "POST"])
def requests(request: HttpRequest, *, form: str) -> HttpResponse:
    """List requests, or take a new one."""
    at = timezone.now()
    if request.method == "POST":
        case = _receive(request.POST, at)
        row = {
            "service_request_id": case.number,
            "service_notice": "",
            "account_id": "",
        }
        return documents.answer(form, "service_requests", [row], each="request")
    user = _sender(request.GET)
    rows = [as_request(case, user) for case in find(user, asked(request.GET, at))]
    return documents.answer(form, "service_requests", rows, each="request")


@open311
@require_GET
def request_by_id(request: HttpRequest, number: str, *, form: str) -> HttpResponse:
    """Show one request."""
    user = _sender(request.GET)
    case = find_one(user, number)
    if case is None:
        return documents.refusal(form, 404, [_("There is no such service_request_id.")])
    return documents.answer(form, "service_requests", [as_request(case, user)], each="request")


@open311
@require_GET
def token(request: HttpRequest, word: str, *, form: str) -> HttpResponse:
    """Answer 404: every request of ours has its number at once, so no tokens are given out."""
    return documents.refusal(form, 404, [_("No tokens are given out here.")])


def _receive(given: Any, at: Any) -> Case:
    user = _sender(given)
    if user is None:
        raise PermissionDenied(_("Send your api_key."))
    media = given.get("media_url", "").strip()
    return receive(
        actor=user,
        at=at,
        channel=Case.Channel.PLATFORM,
        kind=_kind(given),
        category=given.get("service_code", "").replace("\x00", ""),
        text="\n".join(filter(None, [given.get("description", "").strip(), media])),
        place=find_place(
            area=given.get("address_id", "").replace("\x00", ""),
            lon=_degrees(given, "long", 180),
            lat=_degrees(given, "lat", 90),
            address=given.get("address_string", "").replace("\x00", ""),
        ),
        caller_name=(given.get("last_name", "") + given.get("first_name", "")).replace("\x00", ""),
        caller_phone=given.get("phone", ""),
    )


def _kind(given: Any) -> str:
    kind = given.get("attribute[kind]", "") or Case.Kind.COMPLAINT
    if kind not in Case.Kind.values:
        raise BadInput({"attribute[kind]": _("There is no such kind of request.")})
    return str(kind)


def _degrees(given: Any, name: str, most: int) -> float | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise BadInput({name: _("Give degrees.")})
    return value
