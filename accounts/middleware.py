"""Answer a service's refusal in HTML as the API answers it: 409 for not now, 400 for bad input."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.refusals import StepRefused, bad_input


class RefusalMiddleware:
    """Turn `StepRefused` and `BadInput` that a view let through into pages that say what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, StepRefused):
            context = {"refusal": str(error), "back_url": _came_from(request)}
            return render(request, "409.html", context, status=409)
        if bad := bad_input(error):
            return render(request, "400.html", {"refusal": str(bad)}, status=400)
        return None


def _came_from(request: HttpRequest) -> str:
    """Return the page of ours on which the button was pressed; empty where it is the step's own."""
    page = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()})
    return page if ours and urlsplit(page).path != request.path else ""
