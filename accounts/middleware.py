"""Answer a service's refusal in HTML as the API answers it: 409 for not now, 400 for bad input."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.refusals import BadInput, StepRefused


class RefusalMiddleware:
    """Turn `StepRefused` and `BadInput` that a view let through into pages that say what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, StepRefused):
            return render(request, "409.html", {"refusal": str(error)}, status=409)
        if isinstance(error, BadInput):
            return render(request, "400.html", {"refusal": str(error)}, status=400)
        return None
