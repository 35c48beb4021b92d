"""Write the settings in force as a profile's file, whole and without a base."""

import json
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import Unit
from assessment.models import AssessmentPolicy
from assessment.services.policies import ensure_default_policy
from config.profiles.parts import PARTS, Part
from config.profiles.picking import this_district
from config.profiles.shape import FORMAT, POLICY, as_json
from dispatch.models import WhistleRight


def write_profile(day: date) -> str:
    """Return the settings in force on that day as the text of a file that can be picked again."""
    district = this_district()
    unit = Unit.objects.filter(kind=Unit.Kind.DISTRICT).values_list("name", flat=True).first()
    content: dict[str, Any] = {
        "format": FORMAT,
        "code": "own",
        "name": district.name or unit or "—",
        "slogan": district.terms.get("slogan", ""),
        "description": "",
        **{part.name: _rows(part, day) for part in PARTS},
        "rights": [
            {"power": row.power, "level": row.level_id, "kind": row.kind, "role": row.role}
            for row in WhistleRight.objects.order_by("power", "level__position", "kind", "role")
        ],
        "assessment": _assessment(day),
        "lists": district.lists,
        "terms": district.terms,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _rows(part: Part, day: date) -> list[dict[str, Any]]:
    rows = part.stored.order_by(*part.key)
    if part.dated:
        rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)
    return [{name: as_json(value) for name, value in part.of_row(row).items()} for row in rows]


def _assessment(day: date) -> dict[str, Any]:
    policies = AssessmentPolicy.objects.filter(valid_from__lte=day).order_by("-valid_from")
    row = policies.first() or ensure_default_policy()
    return {name: as_json(getattr(row, name)) for name in ("name", *POLICY)}
