"""Months that were frozen, and what was put right afterwards: one line in the ledger of the running month."""

from datetime import datetime, timedelta

from assessment import periods
from assessment.models import FrozenPeriod
from assessment.services.freezing import freeze
from assessment.services.ledger import find_corrections
from cases.models import Callback, Case
from cases.services.counting import set_counted
from config.demo.people import People

BASIS = "不计入考核事项清单第02项：诉讼、仲裁程序办理中的事项"


AFTER = timedelta(days=16)
"""After the end of a month; until then residents are still called back."""


def freeze_months(people: People, until: datetime) -> FrozenPeriod | None:
    """Freeze the month before last, where it has cases, and the last one, where it ended long enough ago; then
    a case of the earlier one turns out to be before a court. Return the earlier one."""
    last, span = periods.before(periods.running_month(until), 2)
    cases = Case.objects.filter(received_at__gte=span.starts_at, received_at__lt=span.ends_at)
    if not cases.exists():
        return None
    assessor = people.named("assessor")
    frozen = freeze(span, assessor, span.ends_at + AFTER)
    if last.ends_at + AFTER <= until:
        freeze(last, assessor, last.ends_at + AFTER)
    unsolved = Callback.objects.filter(outcome="reached", resolved="no", satisfied="dissatisfied")
    late = cases.filter(pk__in=unsolved.values("case"), state="closed", counted=True)
    case = late.order_by("received_at", "pk").first()
    if case is not None:
        set_counted(
            case.pk,
            counted=False,
            actor=assessor,
            at=until - timedelta(hours=3),
            reason="该事项来电前已由人民法院受理，封存后补交受理通知书",
            basis=BASIS,
        )
        find_corrections(frozen, until - timedelta(hours=2))
    return frozen
