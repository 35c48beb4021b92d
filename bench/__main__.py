"""`make bench`: fill, serve, measure, print, clean up."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench import place

if TYPE_CHECKING:
    from bench.lives import World
    from bench.measure import Measured, Workers

SIZES = (10_000, 1_000_000)


def main(arguments: list[str]) -> int:
    """Run what the arguments ask for and return the exit status."""
    options = _options(arguments)
    folder = place.settle()
    # A benchmark that hangs helps nobody: SIGALRM and SIGTERM unwind every `with`.
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, _give_up)
    signal.alarm(options.minutes * 60)
    say(f"{os.cpu_count()} cores, load before: {os.getloadavg()[0]:.1f}")
    with place.servers(folder, keep=options.keep or options.again):
        import django

        django.setup()
        if options.servers:
            _compare_servers(folder, options)
        elif _wanted(options) == {"scores"}:
            _measure_scores(options)
        else:
            _measure_sizes(folder, options)
    say(f"\nload after: {os.getloadavg()[0]:.1f}")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--rows", "--cases", type=int, help="one size alone, in stored cases")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each round")
    parser.add_argument("--lag", type=int, default=60, help="seconds in which clocks fall due")
    parser.add_argument("--minutes", type=int, default=60, help="give up after that")
    parser.add_argument("--only", default="", help="names of scenarios, with commas")
    parser.add_argument("--servers", action="store_true", help="compare web servers instead")
    parser.add_argument("--keep", action="store_true", help="leave the filled database there")
    parser.add_argument("--again", action="store_true", help="scores of what --keep has left")
    return parser.parse_args(arguments)


def _measure_sizes(folder: Path, options: argparse.Namespace) -> None:
    from bench import report
    from bench.measure import Workers

    world, workers = _world(), Workers()
    wanted = _wanted(options)
    if not wanted or "import" in wanted:
        _measure_import(folder, options)
    if wanted == {"import"}:
        return
    sizes: tuple[int, ...] = (options.rows,) if options.rows else SIZES
    try:
        tables = [_measure_size(folder, world, workers, rows, options) for rows in sizes]
    finally:
        workers.close()
    if len(tables) == 2 and tables[0]:
        small, large = tables
        say(report.growth(small, large, sizes[1] // sizes[0]))


def _wanted(options: argparse.Namespace) -> set[str]:
    """Return the names asked for; none means everything."""
    return set(filter(None, options.only.split(",")))


def _measure_import(folder: Path, options: argparse.Namespace) -> None:
    from bench import importing, report

    say(report.imported(importing.measure(folder, options.rows, min(options.rounds, 3))))


def _measure_size(
    folder: Path, world: "World", workers: "Workers", rows: int, options: argparse.Namespace
) -> "list[Measured]":
    from bench import engine, lag, plans, report, web
    from bench.load import CLIENTS
    from bench.measure import measure
    from bench.scenarios import scenarios

    _fill(world, rows)
    wanted = _wanted(options)
    measured = []
    say(report.head(f"{rows:,} stored cases, {CLIENTS} at a time, {options.rounds} rounds"))
    with web.served(folder) as port:
        for scenario in scenarios(world):
            if not wanted or scenario.name in wanted:
                found = measure(port, workers, scenario, options.rounds, options.seconds)
                measured.append(found)
                say(f"{report.line(found)}  (load {os.getloadavg()[0]:.1f})")
    if not wanted:
        _say_reckoning(world.now, options.rounds)
        say(report.plan_table(plans.plans()))
    if not wanted or "engine" in wanted:  # last: it turns clocks and writes thousands of notices
        idle, done = engine.measure(rows, options.rounds)
        say(report.engine(idle, done, lag.measure(options.lag), rows))
    return measured


def _measure_scores(options: argparse.Namespace) -> None:
    """Fill only what scores are summed from, unless it is there, and reckon a month and the whole."""
    from django.utils import timezone

    from bench.fill import SCORED

    if not options.again:
        _fill(_world(), options.rows or SIZES[-1], SCORED)
    _say_reckoning(timezone.now(), options.rounds)


def _say_reckoning(now: datetime, rounds: int) -> None:
    from bench import months, report

    month = months.compare("a month", months.last_month(now), now, rounds, orm=True)
    say(report.reckoning(month))
    whole = months.compare("a period", months.everything(now), now, rounds, orm=False)
    say(f"{report.reckoning(whole)}\n(load {os.getloadavg()[0]:.1f})")


def _compare_servers(folder: Path, options: argparse.Namespace) -> None:
    from bench import load, report, web
    from bench.measure import warm
    from bench.scenarios import scenarios

    world = _world()
    _fill(world, options.rows or SIZES[0])
    names = web.installed()
    say(f"servers installed here: {', '.join(names)} (of {', '.join(web.SERVERS)})")
    rates: dict[tuple[str, str], list[float]] = {}
    drawn = scenarios(world)
    try:
        for _round in range(options.rounds):
            for name in names:
                with web.served(folder, name) as port:
                    for scenario in drawn:
                        warm(port, scenario.asks)
                        rate = load.rate(port, scenario.asks, options.seconds)
                        rates.setdefault((scenario.title, name), []).append(rate)
                say(f"  {name}: load {os.getloadavg()[0]:.1f}")
    finally:  # what was measured before somebody stopped it counts, too
        say(report.server_table(rates, web.PRODUCT))


def _world() -> "World":
    from django.core.management import call_command
    from django.utils import timezone

    from bench.world import make_world

    call_command("flush", interactive=False, verbosity=0)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    return make_world(now - timedelta(hours=1))


def _fill(world: "World", rows: int, tables: Collection[str] = ()) -> None:
    from bench.fill import fill
    from bench.lives import COLUMNS

    begun = time.monotonic()
    fill(world, rows, tables or tuple(COLUMNS))
    say(f"filled {rows:,} cases ({(time.monotonic() - begun) / 60:.1f} min of preparation)")


def _give_up(number: int, frame: object) -> None:
    raise SystemExit("bench: stopped before its end" if number == signal.SIGALRM else 143)


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
