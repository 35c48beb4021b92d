"""`./manage.py seed`: the reference data of 通州区 and, with --demo, a district that lives."""

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Heartbeat, Notice, User
from accounts.services import notices
from assessment.services.scores import refresh_running_period
from cases.services.breaches import sweep_breaches
from cases.services.calendar_changes import sweep_calendars
from cases.services.steps import sweep_holds
from config.demo.claims import contest
from config.demo.directives import hold_meetings
from config.demo.freezing import freeze_months
from config.demo.grid_life import live_in_the_grids
from config.demo.groups import talk_and_link
from config.demo.history import Share, live_history
from config.demo.levels import show_levels
from config.demo.morning import prepare_morning
from config.demo.on_the_spot import gather_on_the_spot
from config.demo.people import known_people, load_people
from config.demo.profile import pick_profile
from config.demo.reference import load_reference
from config.demo.reports import write_reports
from config.demo.routing import route_matters
from config.demo.rules import reckon_months, write_rules
from config.demo.sources import live_sources
from config.demo.topics import find_and_ask
from dispatch.services.ladders import sweep_ladders
from dispatch.services.lapses import sweep_lapses
from grids.models import Area

UNFINISHED = "demo_unfinished"
"""Name of the heartbeat that stands while the demo is being lived."""


def is_needed() -> bool:
    """Tell whether the database has no district, or a demo whose loading was cut off."""
    return not Area.objects.exists() or Heartbeat.objects.filter(name=UNFINISHED).exists()


class Command(BaseCommand):
    help = "Load the shipped reference data; with --demo also people and three months of history."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="people and history too")
        parser.add_argument("--cases", type=int, default=2000, help="cases of the history")
        parser.add_argument("--seed", type=int, default=8890, help="the same gives the same")
        parser.add_argument("--until", type=datetime.fromisoformat, help="the present of the demo")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["demo"] and not settings.DEMO:
            raise CommandError("the demo's sign-ins exist only with DEMO=1")
        if Heartbeat.objects.filter(name=UNFINISHED).exists():
            call_command("flush", interactive=False, verbosity=0)
        elif Area.objects.exists() or User.objects.exists():
            self.stdout.write("The database has a district already; nothing was loaded.")
            return
        until = options["until"] or timezone.now()
        if timezone.is_naive(until):
            until = timezone.make_aware(until)
        with transaction.atomic():
            counts = load_reference()
            if options["demo"]:
                load_people()
                Heartbeat.objects.create(name=UNFINISHED, ran_at=until)
        if options["demo"]:
            counts["cases"] = self._live(options, until)
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))

    def _live(self, options: dict[str, Any], until: datetime) -> int:
        shares = max(1, min(4, os.cpu_count() or 1))
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's; no socket crosses the fork
        jobs = [
            (options["seed"], until, options["cases"], Share(number, shares))
            for number in range(shares)
        ]
        with ProcessPoolExecutor(shares, mp_context=get_context("fork")) as pool:
            lived = sum(pool.map(_live_share, *zip(*jobs, strict=True)))
        pick_profile(known_people(), until)
        write_rules(known_people(), until)
        _bring_to_present(until, options["cases"])
        live_in_the_grids(known_people(), until)
        show_levels(known_people(), until)
        talk_and_link(until)
        route_matters(known_people(), until)
        hold_meetings(until)
        live_sources(known_people(), until)
        gather_on_the_spot(known_people(), until)
        contest(known_people(), until)
        find_and_ask(known_people(), until)
        reckon_months(until)
        freeze_months(known_people(), until)
        write_reports(until)
        prepare_morning(known_people(), until)
        return lived


def _live_share(seed: int, until: datetime, count: int, share: Share) -> int:
    """Live one share in a process of its own, sparing the disk a wait after every step."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    return live_history(known_people(), seed=seed, until=until, count=count, share=share)


def _bring_to_present(until: datetime, count: int) -> None:
    """Run the sweeps once, mark old notices as read, set the numbering after the last case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('case_number_seq', %s)", [count])
    sweep_holds(until)
    sweep_calendars(until)
    sweep_breaches(until)
    sweep_lapses(until)
    sweep_ladders(until)
    notices.deliver(until)
    old = until - timedelta(days=2)
    Notice.objects.filter(created_at__lt=old, read_at=None).update(read_at=old)
    refresh_running_period(until)
    Heartbeat.objects.filter(name=UNFINISHED).delete()
