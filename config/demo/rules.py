"""The demo district ranks its streets and its townships apart, and has its months reckoned one after another."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Unit
from assessment import periods
from assessment.models import AssessmentPolicy
from assessment.policy_forms import PERCENT, PLAIN
from assessment.services import scores
from assessment.services.policies import SHIPPED
from assessment.services.rule_changes import GroupText, write_version
from config.demo.people import People
from config.demo.profile import BEFORE

MONTHS = 3
STREET = "街道"


def write_rules(people: People, until: datetime) -> None:
    """Write the version the demo is ranked by: what is shipped, with two groups of towns, from the month after its
    profile was picked on."""
    shipped = AssessmentPolicy(**SHIPPED)
    picked = until - BEFORE
    day = timezone.localdate(picked).replace(day=1) + timedelta(days=31)
    given = {name: getattr(shipped, name) for name in (*PLAIN, *PERCENT)}
    given |= {
        "name": f"{day.year}年考核办法（街道、乡镇分组）",
        "valid_from": day.replace(day=1),
        "document_points": shipped.document_points,
        "lists": shipped.lists,
    }
    towns = Unit.objects.filter(kind=Unit.Kind.TOWN, active=True).order_by("code")
    streets = [unit.code for unit in towns if unit.name.endswith(STREET)]
    others = [unit.code for unit in towns if not unit.name.endswith(STREET)]
    groups = [GroupText("town", STREET, streets), GroupText("town", "乡镇", others)]
    write_version(people.named("assessor"), given, groups, picked)


def reckon_months(until: datetime) -> None:
    """Reckon the months the demo has, the oldest first: each is compared with those before it."""
    running = periods.running_month(until)
    for span in [*reversed(periods.before(running, MONTHS)), running]:
        scores.refresh(span, until)
