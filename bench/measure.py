"""Measure each scenario and its two baselines in turns, so that a busy machine is busy for all three."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import baselines, load
from bench.load import HOST, Ask
from bench.scenarios import Scenario
from bench.web import PROCESSES

TRANSACTION_WORDS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT")
WARM = 40
"""Requests asked before anything is counted: processes fill what they keep for a minute."""


@dataclass(slots=True)
class Measured:
    """Requests a second of each round, and the queries of one request."""

    scenario: Scenario
    queries: int
    web: list[float] = field(default_factory=list)
    orm: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)

    def ratios(self, way: str) -> list[float]:
        """Return web beside the baseline, round by round, sorted."""
        return sorted(a / b for a, b in zip(self.web, getattr(self, way), strict=True))

    def middle(self, way: str) -> float:
        return median(getattr(self, way))


class Workers:
    """Processes that do the baselines' work, as many as the web server has."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pool = ProcessPoolExecutor(PROCESSES, context, initializer=baselines.prepare)

    def rate(self, way: str, scenario: Scenario, seconds: float) -> float:
        """Return how often a second all processes together do the job."""
        given = list(scenario.given)
        half = len(given) // 2
        parts = [given, [*given[half:], *given[:half]]]
        jobs = [
            self.pool.submit(baselines.count, way, scenario.name, part, seconds)
            for part in parts[:PROCESSES]
        ]
        return sum(job.result() for job in jobs)

    def close(self) -> None:
        self.pool.shutdown()


def measure(
    port: int, workers: Workers, scenario: Scenario, rounds: int, seconds: float
) -> Measured:
    """Return the rates of some rounds, after a warm-up that is not counted."""
    found = Measured(scenario, queries_of(scenario.asks[0]))
    warm(port, scenario.asks)
    for _round in range(rounds):
        found.web.append(load.rate(port, scenario.asks, seconds))
        found.orm.append(workers.rate("orm", scenario, seconds))
        found.sql.append(workers.rate("sql", scenario, seconds))
    return found


def warm(port: int, asks: Sequence[Ask]) -> None:
    """Ask until every thread of every process has met the request."""
    load.rate(port, list(asks[:WARM]), 1.5)


def queries_of(ask: Ask) -> int:
    """Return how many statements the request sends, begin and commit left out."""
    return len(statements(ask))


def statements(ask: Ask) -> list[str]:
    """Ask in this process and return the statements sent, as a process sends them that is warm."""
    client = Client(SERVER_NAME=HOST)
    respond(client, ask)
    with CaptureQueriesContext(connection) as captured:
        respond(client, ask)
    return [q["sql"] for q in captured if not q["sql"].startswith(TRANSACTION_WORDS)]


def respond(client: Client, ask: Ask) -> Any:
    """Send the request through the whole product in this process."""
    headers: Any = {f"HTTP_{name.upper()}": value for name, value in ask.headers}
    if ask.body:
        headers |= {"data": ask.body, "content_type": "application/json"}
    answer = client.generic(ask.method, ask.path, **headers)
    if answer.status_code != ask.status:
        raise load.Refused(f"{ask.method} {ask.path}: {answer.status_code}")
    return answer
