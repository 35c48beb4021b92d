"""`make chaos`: load, break, catch up, account."""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chaos import gateway, place

if TYPE_CHECKING:
    from chaos.experiment import Experiment

SHORT = {"kills": 6, "due": 300, "callers": 2, "pace": 1.0, "minutes": 12}


def main(arguments: list[str]) -> int:
    """Run what the arguments ask for; return 1 where the account does not add up."""
    options = _options(arguments)
    folder = place.settle()
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, _give_up)
    signal.alarm(options.minutes * 60)
    say(f"seed {options.seed}, {os.cpu_count()} cores, load before: {os.getloadavg()[0]:.1f}")
    begun = time.monotonic()
    with gateway.opened(options.seed, 0 if options.short else 0.02) as sms, _broker() as broker:
        os.environ |= {"REDIS_URL": broker.url, "SMS_URL": sms.address}
        os.environ |= {"SMS_SECRET": gateway.SECRET, "DATABASE_POOL": "4"}
        with place.database(folder, keep=options.keep):
            import django

            django.setup()
            right = _experiment(options, folder, broker, sms).run()
    say(f"\n{(time.monotonic() - begun) / 60:.1f} minutes; seed {options.seed}")
    return 0 if right else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="kill -9 so many times")
    parser.add_argument("--due", type=int, default=10_000, help="steps due when the clock is late")
    parser.add_argument("--hours", type=float, default=8.0, help="by which the clock is late")
    parser.add_argument("--callers", type=int, default=4, help="people who work at the same time")
    parser.add_argument("--pace", type=float, default=2.0, help="seconds between two kills")
    parser.add_argument("--minutes", type=int, default=40, help="give up after that")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="of chance")
    parser.add_argument("--short", action="store_true", help="a minute's worth of it")
    parser.add_argument("--keep", action="store_true", help="leave the database there")
    given = parser.parse_args(arguments)
    if given.short:
        parser.set_defaults(**SHORT)
        given = parser.parse_args(arguments)
    return given


def _experiment(
    options: argparse.Namespace, folder: Path, broker: place.Broker, sms: gateway.Gateway
) -> "Experiment":
    from chaos.experiment import Experiment

    return Experiment(options, folder, broker, sms, say)


@contextmanager
def _broker() -> Iterator[place.Broker]:
    broker = place.Broker()
    broker.start()
    try:
        yield broker
    finally:
        broker.remove()


def _give_up(number: int, frame: object) -> None:
    raise SystemExit("chaos: not quiet in time" if number == signal.SIGALRM else 143)


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
