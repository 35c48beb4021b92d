"""The same rows written or read by the ORM and by SQL alone, in as many processes and threads."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any

import psycopg
from django.db import connection

from bench import sql
from bench.fill import address
from bench.web import THREADS

Job = Callable[[Mapping[str, Any]], object]


def prepare() -> None:
    """Make a fresh process ready to measure."""
    import django

    django.setup()


def count(way: str, name: str, given: Sequence[Mapping[str, Any]], seconds: float) -> float:
    """Do the job again and again in four threads and return how often a second."""
    rates: list[float] = []
    gate = threading.Barrier(THREADS)

    def work(offset: int) -> None:
        turns = cycle([*given[offset:], *given[:offset]])
        runner = _orm if way == "orm" else _sql
        rates.append(runner(name, turns, gate, seconds))

    threads = [
        threading.Thread(target=work, args=(number * len(given) // THREADS,))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(rates) < THREADS:
        raise RuntimeError(f"{way} {name}: a thread failed; see above")
    return sum(rates)


def _orm(name: str, turns: Any, gate: threading.Barrier, seconds: float) -> float:
    from bench import orm  # only once Django is set up

    job: Job = orm.JOBS[name]
    job(next(turns))
    try:
        return _repeat(job, turns, gate, seconds)
    finally:
        connection.close()


def _sql(name: str, turns: Any, gate: threading.Barrier, seconds: float) -> float:
    with psycopg.connect(address(), autocommit=True) as link:
        cursor = link.cursor()
        statements = sql.JOBS[name]

        def job(given: Mapping[str, Any]) -> object:
            return statements(cursor, given)

        job(next(turns))
        return _repeat(job, turns, gate, seconds)


def _repeat(job: Job, turns: Any, gate: threading.Barrier, seconds: float) -> float:
    gate.wait(60)
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        job(next(turns))
        done += 1
    return done / (time.perf_counter() - begun)
