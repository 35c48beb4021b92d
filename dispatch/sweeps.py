"""What the sweeps of ladders, lapses and rings find due."""

from accounts.sweeps import Due
from cases.services.alerts import due_alerts
from dispatch.services.directive_notices import late_directives
from dispatch.services.lapses import lapsed_clocks
from dispatch.services.rings import due_rings

LADDERS = Due(due_alerts, "alert_at", "case__number")
DIRECTIVES = Due(late_directives, "alert_at")
LAPSES = Due(lapsed_clocks, "due_at", "case__number")
RINGS = Due(due_rings, "ring_at", "case__number")
