"""Which units may not be told of which cases: a report of wrongdoing is kept from whom it complains of."""

from collections.abc import Collection

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from cases.models import Case


def cases_accusing(numbers: Collection[str]) -> ArraySubquery:
    """Return an expression on a membership: those of the cases that complain of its unit."""
    reports = Case.objects.filter(kind=Case.Kind.REPORT, number__in=numbers)
    return ArraySubquery(reports.filter(accused=OuterRef("unit")).values("number"))
