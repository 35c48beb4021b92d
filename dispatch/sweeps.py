"""What the sweeps of ladders and lapses find due."""

from accounts.sweeps import Due
from cases.services.alerts import due_alerts
from dispatch.services.lapses import lapsed_clocks

LADDERS = Due(due_alerts, "alert_at", "case__number")
LAPSES = Due(lapsed_clocks, "due_at", "case__number")
