"""What the sweeps of cases find due."""

from accounts.sweeps import Due
from cases.models import Snapshot
from cases.services.breaches import missed_clocks
from cases.services.steps import ended_holds

BREACHES = Due(missed_clocks, "due_at", "case__number")
SNAPSHOTS = Due(Snapshot.objects.to_tell, "tell_at")
HOLDS = Due(ended_holds, "hold_until", "number")
