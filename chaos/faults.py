"""What goes wrong, when: kills at random, the broker wiped, the database stopped in the middle of sweeps."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.db import connection
from django.utils import timezone

from cases.models import Clock
from chaos import place
from chaos.household import Household
from chaos.late import make_late

LATE_AT_RESTART = 600
"""Clocks made due at once, so that the database stops in the middle of a sweep."""


@dataclass
class Storm:
    """What was broken, and the true due times of the clocks turned on the way."""

    household: Household
    broker: place.Broker
    folder: Path
    random: Random
    struck: Counter[str] = field(default_factory=Counter)
    true_dues: dict[int, datetime] = field(default_factory=dict)
    cut_off: list[int] = field(default_factory=list)
    wiped: int = 0

    def rage(self, kills: int, pace: float, say: Callable[[str], None]) -> None:
        """Kill so many times with pauses of about `pace` seconds; twice wipe the broker, twice stop the database."""
        turns: dict[int, Callable[[], str]] = {}
        for share, act in ((0.2, self.wipe), (0.4, self.cut), (0.6, self.wipe), (0.8, self.cut)):
            turns[int(kills * share)] = act
        for number in range(kills):
            if number in turns:
                say(f"  after {number} kills: {turns[number]()}")
            self.struck[self.household.strike(self.random)] += 1
            time.sleep(pace * (0.5 + self.random.random()))
            self.household.look()

    def wipe(self) -> str:
        """Take the broker away with all that is in it for two seconds, longer than a start takes."""
        self.broker.stop()
        time.sleep(2)
        self.broker.start()
        self.wiped += 1
        return "broker stopped and wiped"

    def cut(self) -> str:
        """Make clocks late, wait for a sweep to begin on them, and stop the database at once."""
        late = make_late(LATE_AT_RESTART, timezone.now(), timedelta(minutes=1))
        self.true_dues |= late
        end = time.monotonic() + 20
        while time.monotonic() < end and not _sweeping(set(late)):
            self.household.look()
            time.sleep(0.01)
        place.restart_database(self.folder)
        left = Clock.objects.overdue(timezone.now()).filter(pk__in=late).count()
        self.cut_off.append(left)
        return f"database stopped in the middle of sweeps and repaired ({left} of {len(late)} late clocks still to do)"


def _sweeping(late: set[int]) -> bool:
    """Tell whether a sweep holds some of those rows now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM cases_clock WHERE id = ANY(%(ids)s) AND breached_at IS NULL)"
            " <> (SELECT count(*) FROM (SELECT FROM cases_clock WHERE id = ANY(%(ids)s) AND breached_at IS NULL"
            " FOR NO KEY UPDATE SKIP LOCKED) free)",
            {"ids": list(late)},
        )
        return bool(cursor.fetchone()[0])
