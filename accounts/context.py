"""What every page shows around its content: navigation, district, demo sign-ins, script words."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.desks import desk_url, pages_of
from accounts.district import district_name, own_word
from accounts.models import Role, User

DEMO_SIGN_INS = (
    ("operator", Role.OPERATOR),
    ("callback", Role.CALLBACK),
    ("gridworker", Role.GRIDWORKER),
    ("gridhead", Role.GRIDHEAD),
    ("community", Role.COMMUNITY),
    ("town", Role.TOWN),
    ("town2", Role.TOWN),
    ("department", Role.DEPARTMENT),
    ("department2", Role.DEPARTMENT),
    ("department3", Role.DEPARTMENT),
    ("supervisor", Role.SUPERVISOR),
    ("leader", Role.LEADER),
    ("assessor", Role.ASSESSOR),
    ("admin", Role.ADMIN),
)
SHOWN_WORDS = ("slogan", "hotline")
"""The district's own words that stand in the frame of pages."""

DEMO_PASSWORD = "whistle-demo"  # noqa: S105 - published in the contract, works only with DEMO=1


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the page frame. Costs one query (the user's roles), and that once."""
    user = getattr(request, "user", None)
    frame: dict[str, Any] = {
        "nav": [],
        "home_url": "/",
        "district_name": district_name,
        "own_words": {code: partial(own_word, code) for code in SHOWN_WORDS},
        "demo_signins": demo_sign_ins(),
        "demo_password": DEMO_PASSWORD if settings.DEMO else "",
        "ui_strings": script_words,
    }
    if isinstance(user, User):
        frame["nav"] = nav_entries(user, request.path)
        frame["home_url"] = desk_url(user)
    return frame


def nav_entries(user: User, path: str) -> list[dict[str, Any]]:
    """Return the entries of the navigation; the one that leads nearest to `path` is active."""
    pages = pages_of(user)
    nearest = max((url for _page, url in pages if path.startswith(url)), key=len, default="")
    return [
        {"url": url, "label": page.label, "icon": page.icon, "active": url == nearest, "badge": ""}
        for page, url in pages
    ]


def demo_sign_ins() -> list[dict[str, Any]]:
    """Return the demo district's sign-ins, and none outside the demo."""
    if not settings.DEMO:
        return []
    return [{"username": name, "role": role.label} for name, role in DEMO_SIGN_INS]


def script_words() -> dict[str, str]:
    """Return the words that the scripts of /static/js/ put on the screen, in the reader's language.

    The spans must read as `accounts.templatetags.ui` writes them: the server draws a clock,
    the script keeps it going.
    """
    return {
        "days": _("%(n)s d"),
        "hours": _("%(n)s h"),
        "minutes": _("%(n)s min"),
        "left": _("%(span)s left"),
        "overdue": _("%(span)s overdue"),
        "confirm": _("Confirm"),
        "cancel": _("Cancel"),
        "close": _("Close"),
        "forbidden": _("This step is not yours to take. Ask the unit that holds the case."),
        "missing": _("Not found, or not for you to see."),
        "moved_on": _(
            "Somebody was faster: the case has moved on. Reload the page and look again."
        ),
        "too_many": _("Too many requests. Wait a minute and try again."),
        "server": _("The server could not do this. Nothing was saved; try again shortly."),
        "offline": _("No connection. What you typed is still here; try again."),
        "draft_found": _("An unsaved draft has been put back."),
        "draft_drop": _("Discard it"),
        "locating": _("Finding your position…"),
        "located": _("Position found, accurate to %(n)s m"),
        "denied": _(
            "Position refused. Allow it in the browser's settings, or pick the place from the list."
        ),
        "no_position": _("No position to be had here. Pick the place from the list."),
        "photo_failed": _("This photo cannot be read. Take another one."),
        "photo_remove": _("Remove photo"),
        "whole_district": _("Whole district"),
        "map_failed": _("The map could not be loaded. Use the search field."),
        "chosen": _("Chosen: %(place)s"),
        "results": _("%(n)s places found"),
    }
