"""The parts of “Directives and meetings”: five pages under one entry of the navigation."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.district import own_word


def sections(active: str) -> list[dict[str, Any]]:
    """Return the tabs, the one shown marked."""
    labels = {
        "directives": own_word("directive", _("Directives")),
        "dockets": own_word("docket", _("Weekly docket")),
        "matters": _("Unclaimed matters"),
        "meetings": own_word("meeting", pgettext("of the district", "Meetings")),
        "papers": _("Papers"),
    }
    return [
        {"url": reverse(f"dispatch:{name}"), "label": label, "active": name == active}
        for name, label in labels.items()
    ]
