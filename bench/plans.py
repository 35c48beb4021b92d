"""Ask PostgreSQL how it would answer each list, and whether it would read a large table through."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from accounts.models import Unit
from bench.lives import COLUMNS
from bench.load import Ask
from bench.measure import statements
from bench.scenarios import session
from cases.models import Case

LARGE = ["cases_case", "cases_caseevent", "cases_clock", "cases_callback", "dispatch_order"]
PATIENCE = "20s"
MOST = 0.5

READERS = ("leader", "town", "department", "gridworker")
FILTERS = (
    "",
    "town={town}",
    "area={town}001",
    "category=01",
    "state=open",
    "state=handling",
    "state=closed",
    "channel=grid",
    "kind=complaint",
    "urgency=critical",
    "overdue=1",
    "breached=1",
    "rated=1",
    "resolved=no",
    "satisfied=dissatisfied",
    "counted=1",
    "confidential=1",
    "mine=1",
    "department={department}",
    "route=self",
    "route=whistle",
    "received_from={month}-01&received_to={month}-28",
    "q={number}",
    "q=充电桩",
    "q=查无此词此物",
    "town={town}&category=03&state=closed",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a list is answered: the statement's share of the plain list's time, what it reads."""

    reader: str
    query: str
    milliseconds: float
    indexes: tuple[str, ...]
    scanned: Mapping[str, float]
    """Large tables read without an index, and which share of them: a page needs only a beginning."""

    @property
    def whole(self) -> bool:
        """Tell whether a large table was read from end to end, or nearly."""
        return any(share > MOST for share in self.scanned.values())


def plans() -> Iterator[Plan]:
    """Run every list once as each reader and yield how its statements were answered, added up."""
    last = Case.objects.order_by("-pk").defer("text")[0]
    words = {
        "town": "110112013",
        "department": Unit.objects.get(code="CGW").code,
        "month": f"{last.received_at:%Y-%m}",
        "number": last.number,
    }
    sizes = _sizes()
    for reader in READERS:
        cookie = session(reader)
        for pattern in FILTERS if reader == "leader" else ("", *FILTERS[3:5], "q=充电桩"):
            query = pattern.format(**words)
            yield _plan(reader, query, Ask("GET", f"/cases/?{query}", cookie), sizes)


def _sizes() -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, greatest(reltuples, 1) FROM pg_class WHERE relname = ANY(%s)", [LARGE]
        )
        return dict(cursor.fetchall())


def _plan(reader: str, query: str, ask: Ask, sizes: Mapping[str, float]) -> Plan:
    found = [_explained(sql) for sql in statements(ask) if any(name in sql for name in COLUMNS)]
    nodes = [node for plan in found for node in _nodes(plan["Plan"])]
    return Plan(
        reader,
        query,
        sum(plan["Execution Time"] for plan in found),
        tuple(sorted({node["Index Name"] for node in nodes if "Index Name" in node})),
        {
            node["Relation Name"]: _read(node) / sizes[node["Relation Name"]]
            for node in nodes
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in sizes
        },
    )


def _read(node: dict[str, Any]) -> float:
    """Return how many rows a scan read before a limit stopped it."""
    read: float = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return read


def _explained(sql: str) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql.replace('%', '%%')}", [])
        answer = cursor.fetchone()[0]
    plan: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)
