"""Three months of a living district, through the services with past times.

Every case is lived step by step until its next step would lie in the future; what is still open
then is what the desks show. The same seed and the same day give the same district.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from config.demo.district import District
from config.demo.life import Life
from config.demo.people import People

DAYS = 92
HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 14, 20, 21, 16, 10, 9, 15, 18, 16, 12, 10, 9, 8, 6, 4, 2]
"""How calls spread over the day: peaks from 9 to 11 and from 14 to 16."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the history one process lives: number `number` of `of`."""

    number: int = 0
    of: int = 1


def live_history(people: People, *, seed: int, until: datetime, count: int, share: Share) -> int:
    """Let this share of `count` cases happen in the three months before `until`; return how many.

    Every case draws from a source of its own, so that the shares, lived at the same time by
    several processes, together give the same district as one process would.
    """
    district = District.load(people, seed, until)
    times = sorted(_arrival(district.rng, until) for _ in range(count))
    lived = 0
    for index, at in enumerate(times):
        if at < until and index % share.of == share.number:
            number_next_case(index + 1)
            Life(district, at, Random(f"{seed}:{index}")).live()
            lived += 1
    return lived


def number_next_case(running: int) -> None:
    """Let the next case of this session bear the running number, whatever other sessions do.

    A temporary sequence stands in front of the product's own one.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY SEQUENCE IF NOT EXISTS case_number_seq")
        cursor.execute("SELECT setval('pg_temp.case_number_seq', %s, false)", [running])


def _arrival(rng: Random, until: datetime) -> datetime:
    """Draw when a request comes in; a little more lately, so that the desks have work."""
    midnight = timezone.localtime(until).replace(hour=0, minute=0, second=0, microsecond=0)
    back = rng.randrange(4) if rng.random() < 0.03 else rng.randrange(DAYS)
    hour = rng.choices(range(24), HOURS)[0]
    moment = midnight - timedelta(days=back)
    return moment.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60))
