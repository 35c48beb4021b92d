"""The levels and kinds of whistle and who may do what at them: read by the centre, edited by the administrator."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accounts.refusals import BadInput
from dispatch.forms.rights import Draft, matrix, stored, typed
from dispatch.forms.whistles import GROUPS
from dispatch.rights import KindCode, LevelCode
from dispatch.services.rights import edit_rights


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show the district's whistles; POST stores them as the administrator wrote them."""
    user = request.user
    if not user.holds(Role.ADMIN, Role.SUPERVISOR):
        raise PermissionDenied(_("Rights are read by the centre and the administrator."))
    if request.method == "GET":
        return _page(request, stored())
    if not user.holds(Role.ADMIN):
        raise PermissionDenied(_("Only the administrator changes rights."))
    draft = typed(request.POST)
    try:
        edit_rights(draft.levels, draft.kinds, draft.grants, actor=user)
    except BadInput as refusal:
        return _page(request, draft, refusal)
    messages.success(request, _("Rights stored. They hold at once."))
    return redirect("dispatch:rights")


def _page(request: HttpRequest, draft: Draft, refusal: BadInput | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "levels": [
            {
                "row": level,
                "default": LevelCode(level.code).label,
                "summons": [
                    {"kind": kind, "checked": kind.value in level.summons} for kind in GROUPS
                ],
            }
            for level in draft.levels
        ],
        "kinds": [{"row": kind, "default": KindCode(kind.code).label} for kind in draft.kinds],
        "powers": matrix(draft),
        "edits": request.user.holds(Role.ADMIN),
        "errors": refusal.fields if refusal else {},
    }
    return render(request, "dispatch/rights.html", context, status=400 if refusal else 200)
