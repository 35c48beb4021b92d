"""The parts of the grids' daily life, each a page of its own; some live in the app above and are named only."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.desks import page_url
from accounts.district import own_word
from accounts.models import User
from grids.reach import READING


def check_reader(user: User) -> None:
    """Raise `PermissionDenied` for those whose screens do not show the grids' daily life."""
    if not user.holds(*READING):
        raise PermissionDenied


def life_tabs(active: str) -> list[dict[str, Any]]:
    """Return the tabs of the grids' daily life; the page named by its view is the current one."""
    parts = (
        ("cases:tasks", _("Tasks")),
        ("cases:snapshots", own_word("snapshot", _("Snapshots"))),
        ("grids:duty", _("Duty list")),
        ("grids:diary", _("Diary")),
        ("cases:meetings", own_word("deliberation", _("Meetings"))),
        ("grids:heads", _("Building heads")),
        ("grids:volunteers", _("Volunteers")),
    )
    return [
        {"url": url, "label": label, "active": view == active}
        for view, label in parts
        if (url := page_url(view))
    ]
