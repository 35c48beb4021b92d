"""Signing in, one's own desk, notices and profile."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.desks import desk_url
from accounts.forms import PasswordForm, ProfileForm, SignInForm
from accounts.models import Notice, Role
from accounts.paging import page_of
from accounts.queries import SWEEP_WORDS, stale_sweeps
from accounts.requests import SignedInRequest
from accounts.services.notices import mark_read
from accounts.services.people import choose_language

BADGE_MOST = 99
"""Unread notices are counted up to here; the bell then says 99+."""


class SignIn(LoginView):
    """Sign in; whoever is signed in already goes on to the desk."""

    template_name = "registration/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # our form
        response = super().form_valid(form)
        if language := form.get_user().language:
            _remember_language(response, language)
        return response


class Password(PasswordChangeView):
    """Change one's own password."""

    template_name = "registration/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("accounts:profile")
    extra_context = {"title": gettext_lazy("Change password")}

    def form_valid(self, form: PasswordForm) -> HttpResponse:  # type: ignore[override]  # our form
        messages.success(self.request, _("Password changed."))
        return super().form_valid(form)


@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """Lead to the desk of the user's first role."""
    return redirect(desk_url(request.user))


@require_GET
def notices(request: SignedInRequest) -> HttpResponse:
    """List one's own notices, newest first; opening the list marks them as read."""
    mine = Notice.objects.visible_to(request.user)
    page = page_of(mine, request.GET.get("cursor", ""), by="created_at")
    response = render(request, "accounts/notices.html", {"page": page})
    mark_read(request.user, timezone.now())
    return response


@require_GET
def notices_badge(request: SignedInRequest) -> HttpResponse:
    """Show the bell with the number of unread notices; it is asked for every half minute.

    To those who can act on it, the answer also brings the banner of sweeps that stand still.
    """
    fresh = Notice.objects.visible_to(request.user).filter(read_at=None)
    watches = request.user.holds(Role.SUPERVISOR, Role.ADMIN)
    context = {
        "unread": fresh[: BADGE_MOST + 1].count(),
        "most": BADGE_MOST,
        "watches": watches,
        "stale_sweeps": _stale_words() if watches else [],
    }
    return render(request, "accounts/_badge.html", context)


def _stale_words() -> list[str]:
    return [str(SWEEP_WORDS.get(name, name)) for name in stale_sweeps(timezone.now())]


def profile(request: SignedInRequest) -> HttpResponse:
    """Show who one is and which roles one holds; change the language of one's screens."""
    language = request.user.language or settings.LANGUAGE_CODE
    form = ProfileForm(request.POST or None, initial={"language": language})
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        choose_language(request.user, language)
        with translation.override(language):
            messages.success(request, _("Saved."))
        response = redirect("accounts:profile")
        _remember_language(response, language)
        return response
    status = 400 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)


def _remember_language(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
