"""The experiment from the first call to the last line of the account."""

import os
import time
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.db import connection
from django.utils import timezone

from accounts.models import Message, Notice
from accounts.queries import late_sweeps
from accounts.services.ringing import make_rounds
from cases.models import Clock
from chaos import account, district, late, place
from chaos.callers import Caller, Cast, Ledger
from chaos.faults import Storm
from chaos.gateway import Gateway
from chaos.household import Household

ENGINE = ("worker", "beat")
ENDLESS = 100_000


class Experiment:
    """One run. `run` tells whether the account adds up."""

    def __init__(
        self,
        options: Namespace,
        folder: Path,
        broker: place.Broker,
        gateway: Gateway,
        say: Callable[[str], None],
    ) -> None:
        self.options, self.gateway, self.say = options, gateway, say
        self.household = Household(dict(os.environ))
        chance = Random(options.seed)
        self.storm = Storm(self.household, broker, folder, chance)
        self.ledger = Ledger()
        self.quiet_at = timezone.now()  # when it was last seen that nothing was due

    def run(self) -> bool:
        """Load the district, let people work while things break, be eight hours late, count."""
        try:
            cast = district.load()
            self.household.start()
            self.household.wait_for_web()
            callers = [
                Caller(n, self.options.seed, self.household.ports, cast, self.ledger, ENDLESS)
                for n in range(self.options.callers)
            ]
            self._work_through_the_storm(callers)
            since = self._sleep_late(cast)
            self._catch_up(since)
            self.household.stop(*ENGINE)
            if self.options.short:
                self._send_the_rest()
            return self._account(since)
        finally:
            self.household.stop()

    def _work_through_the_storm(self, callers: list[Caller]) -> None:
        for caller in callers:
            caller.start()
        self.say(f"{len(callers)} people at work; killing {self.options.kills} times")
        place.wait_until(lambda: len(self.ledger.cases) >= 3, "the first cases")
        self.storm.rage(self.options.kills, self.options.pace, self.say)
        for caller in callers:
            caller.enough.set()
        end = time.monotonic() + 240
        while any(caller.is_alive() for caller in callers) and time.monotonic() < end:
            self.household.look()
            time.sleep(0.2)
        struck = ", ".join(f"{who} {count}" for who, count in sorted(self.storm.struck.items()))
        accepted = self.ledger.steps.total()
        self.say(f"killed {self.storm.struck.total()} times: {struck}")
        self.say(f"{accepted:,} steps accepted in {self.ledger.tries:,} tries")

    def _sleep_late(self, cast: Cast) -> datetime:
        """Stop the engine, let hours pass for the open clocks, and start it again."""
        self.household.stop(*ENGINE)
        models = district.receive_some(cast, timezone.now())
        there = late.pile_up(int(self.options.due * 1.1), models)
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(%s)", [self.options.seed / 10_000])
        turned = late.make_late(
            self.options.due, timezone.now(), timedelta(hours=self.options.hours)
        )
        self.storm.true_dues |= turned
        since = timezone.now()
        self.say(
            f"engine stopped, clock {self.options.hours:g} hours late: {len(turned):,} of {there:,}"
            " open clocks are due; starting it again"
        )
        self.household.start(*ENGINE)
        return since

    def _catch_up(self, since: datetime) -> None:
        """Wait until nothing waits any more; say when the last breach was recorded."""
        place.wait_until(self._nothing_is_due, "the sweeps to catch up", seconds=900)
        took = (timezone.now() - since).total_seconds()
        self.say(f"caught up after {took:.0f} s, the start of the processes included")
        if not self.options.short:
            place.wait_until(self._nothing_waits, "the messages to go out", seconds=1500)
            place.wait_until(lambda: not late_sweeps(timezone.now()), "every sweep to be on time")
            took = (timezone.now() - since).total_seconds()
            self.say(f"the last message went out after {took:.0f} s; every sweep is on time")

    def _nothing_is_due(self) -> bool:
        self.household.look()
        at = timezone.now()
        overdue = Clock.objects.overdue(at).exists()
        alert = Clock.objects.running().filter(alert_at__lte=at).exists()
        if overdue or alert:
            return False
        self.quiet_at = at
        return True

    def _nothing_waits(self) -> bool:
        at = timezone.now()
        late.hold_still(at)
        rings = Notice.objects.to_ring(at) | Notice.objects.filter(delivered_at=None)
        return (
            self._nothing_is_due() and not rings.exists() and not Message.objects.waiting().exists()
        )

    def _send_the_rest(self) -> None:
        """Go minutes ahead instead of waiting: gathering takes one, a lease of somebody killed two."""
        at = timezone.now()
        for _turn in range(4):
            at += timedelta(minutes=3)
            make_rounds(at)

    def _account(self, since: datetime) -> bool:
        """Count. What fell due after the engine was last seen to be quiet it may have had no time to do."""
        at = timezone.now()
        lines = [
            *account.requests(self.ledger),
            *account.breaches(self.quiet_at, self.storm.true_dues),
            *account.documents(self.quiet_at),
            *account.notices(at, self.gateway),
            *account.storm(since),
            *account.clocks(),
        ]
        self.say(f"\n{account.table(lines)}")
        most, people, each = account.most_messages(since)
        again = self.gateway.received.total() - len(self.gateway.received)
        self.say(
            f"\nCatching up told {people} people, nobody with more than {most} messages; a message held {each:.0f} notices"
        )
        self.say(
            f"Messages that came to the gateway twice and were dropped by their key: {again};"
            f" answers of the gateway that failed: {self.gateway.refused}"
        )
        return all(line.right for line in lines)
