"""The working group of a case: its panel, what came after the last message, writing, its files.

Panels ask every three seconds for what is new and are answered 204 where nothing is: three small
queries and no page (docs/adr/0017). A message that comes never touches what is being typed.
"""

from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.refusals import BadInput
from accounts.requests import SignedInRequest, key_in
from cases.file_kinds import ENDINGS
from cases.group_lines import PAGE, last_lines, new_lines, newest_of
from cases.group_sending import send_file
from cases.models import Case, GroupFile
from cases.privacy import shown_text
from cases.services.group import LONGEST_MESSAGE, may_write, post_message
from cases.services.group_files import MOST_FILES

ACCEPTED = ",".join(f".{ending}" for ending in ENDINGS)


@never_cache
@require_http_methods(["GET", "POST"])
def group(request: SignedInRequest, number: str) -> HttpResponse:
    """Show the group, as a page of its own or as a panel of another; or write to it."""
    whistle = key_in(request.GET.get("whistle"))
    after = key_in(request.GET.get("after"))
    if request.method == "GET" and after is not None:
        return _news(request, number, after, whistle)
    case = get_object_or_404(Case.objects.visible_to(request.user), number=number)
    if request.method == "POST":
        return _post(request, case, whistle)
    return _panel(request, case, whistle)


def _news(request: SignedInRequest, number: str, after: int, whistle: int | None) -> HttpResponse:
    """Answer with the messages after the last one shown, or 204."""
    found = newest_of(number, request.user)
    if found is None:
        raise Http404
    pk, newest = found
    if newest <= after:
        return HttpResponse(status=204)
    case = Case.objects.get(pk=pk)
    lines = new_lines(case, request.user, after, whistle)
    last = lines[-1].pk if len(lines) == PAGE else max(newest, *(line.pk for line in lines), 0)
    context = {"lines": lines, "poll_url": _url(case, whistle, after=last)}
    return render(request, "cases/_group_news.html", context)


def _panel(
    request: SignedInRequest,
    case: Case,
    whistle: int | None,
    *,
    typed: str = "",
    errors: dict[str, list[str]] | None = None,
) -> HttpResponse:
    before = key_in(request.GET.get("before"))
    lines, earlier = last_lines(case, request.user, whistle, before)
    context: dict[str, Any] = {
        "case": case,
        "case_text": shown_text(case, request.user),
        "lines": lines,
        "whistle": whistle,
        "past": before is not None,
        "earlier_url": _url(case, whistle, before=earlier) if earlier else "",
        "here_url": _url(case, whistle),
        "poll_url": _url(case, whistle, after=lines[-1].pk if lines else 0),
        "may_write": may_write(case),
        "accepted": ACCEPTED,
        "most_files": MOST_FILES,
        "longest": LONGEST_MESSAGE,
        "typed": typed,
        "errors": errors or {},
    }
    template = "cases/group.html"
    if request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        template = "cases/_group_earlier.html" if before is not None else "cases/_group.html"
    return render(request, template, context, status=400 if errors else 200)


def _post(request: SignedInRequest, case: Case, whistle: int | None) -> HttpResponse:
    text = request.POST.get("text", "")
    asked_by_script = request.htmx  # type: ignore[attr-defined]  # set by its middleware
    try:
        post_message(
            case.pk,
            actor=request.user,
            at=timezone.now(),
            text=text,
            files=request.FILES.getlist("files"),
            whistle_ref=whistle,
        )
    except BadInput as refusal:
        if asked_by_script:
            context = {"errors": refusal.fields}
            return render(request, "cases/_group_errors.html", context, status=400)
        return _panel(request, case, whistle, typed=text, errors=refusal.fields)
    if asked_by_script:
        return HttpResponse(status=204, headers={"HX-Trigger": "group:sent"})
    return redirect(_url(case, whistle))


def _url(case: Case, whistle: int | None, **asked: int | None) -> str:
    query = {"whistle": whistle, **asked}
    return reverse(
        "cases:group",
        args=[case.number],
        query={name: value for name, value in query.items() if value is not None} or None,
    )


@require_GET
@cache_control(private=True, max_age=86400, immutable=True)
def file(request: SignedInRequest, token: Any) -> FileResponse:
    """Send a file of a case the user may see: to be saved, never to be opened inside the product."""
    found = get_object_or_404(GroupFile.objects.visible_to(request.user), token=token)
    return send_file(found)
