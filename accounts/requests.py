"""The request of somebody signed in, for the type checker."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware has let through: its user is one of ours."""

    user: User
