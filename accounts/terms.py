"""Words a district may call by its own name; each with what the product says where it has none."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TERMS: dict[str, str | Promise] = {
    "slogan": _("the way of working here, in a few words"),
    "hotline": _("the hotline"),
    "directive": _("numbered directive"),
    "docket": _("weekly docket"),
    "meeting": _("on-site meeting"),
    "deliberation": _("deliberation meeting"),
    "snapshot": _("resident's snapshot"),
}
