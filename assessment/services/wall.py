"""The board on the wall (大屏): put together once for all who look, and only when something has changed."""

import json
from datetime import datetime
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from assessment import periods
from assessment.boards import named_towns, state_of
from assessment.queries import wall as queries
from assessment.queries.wall import OrderRow
from cases.event_texts import face_of
from grids.naming import short_name

MOST_WHISTLES = 200
PLACES = 3
"""Decimals of a place on the board: to about a hundred metres, never to a door."""

_kept: dict[str, tuple[str, bytes]] = {}
"""By language, the board that this process put together last, and of what."""


def version_of(at: datetime) -> str:
    """Return what changes with every step and every reckoning, and once a minute besides: limits are missed
    by time alone, and a step may be committed after a later one has been seen. One query."""
    event, figures = queries.version()
    return f"{event}-{figures}-{int(at.timestamp()) // 60}"


def board_as_json(version: str, at: datetime) -> bytes:
    """Return the board as JSON; five queries, unless this process has it already."""
    language = get_language() or ""
    kept = _kept.get(language)
    if kept and kept[0] == version:
        return kept[1]
    body = json.dumps(board(version, at), ensure_ascii=False, separators=(",", ":")).encode()
    _kept[language] = (version, body)
    return body


def board(version: str, at: datetime) -> dict[str, Any]:
    """Put the board together. It is the same for everybody who may look: what somebody may not see is on it
    for nobody."""
    orders = queries.live_orders(at)
    whistles = [_whistle(list(rows)) for _key, rows in groupby(orders, lambda row: row.whistle)]
    counts = queries.counts(at)
    return {
        "version": version,
        "at": timezone.localtime(at).isoformat(timespec="seconds"),
        "counts": counts | {"emergencies": sum(one["emergency"] for one in whistles)},
        "month": _month(at),
        "whistles": whistles[:MOST_WHISTLES],
        "steps": [_step(row) for row in queries.latest_steps()],
    }


def _whistle(orders: list[OrderRow]) -> dict[str, Any]:
    first = orders[0]
    placed = first.lon is not None and first.lat is not None
    return {
        "id": first.whistle,
        "state": state_of((order.state, order.late) for order in orders),
        "emergency": first.emergency,
        "number": first.number,
        "url": reverse("cases:detail", args=[first.number]) if first.number else "",
        "town": first.town,
        "place": short_name(first.town_name),
        "units": "、".join(dict.fromkeys(order.unit for order in orders)),
        "since": _clock(first.blown_at),
        "lon": round(first.lon, PLACES) if placed and first.lon else None,
        "lat": round(first.lat, PLACES) if placed and first.lat else None,
    }


def _step(row: dict[str, Any]) -> dict[str, Any]:
    face = face_of(row["step"])
    guarded = row["case__confidential"]
    return {
        "id": row["pk"],
        "at": _clock(row["at"]),
        "label": str(face.label),
        "tone": face.tone,
        "place": short_name(row["case__town__name"]),
        "unit": row["unit__short_name"] or row["unit__name"] or "",
        "number": "" if guarded else row["case__number"],
        "url": "" if guarded else reverse("cases:detail", args=[row["case__number"]]),
    }


def _month(at: datetime) -> dict[str, Any]:
    span = periods.running_month(at)
    found = queries.month_figures(span.name)
    if found is None:
        return {"period": span.name, "rates": {}, "score": None, "valid": 0, "towns": [], "cut": 0}
    rates, score, valid, towns = found
    named, cut = named_towns(towns or [])
    many = len({row.get("group") for row in towns or []}) > 1
    return {
        "period": span.name,
        "rates": rates,
        "score": score,
        "valid": valid,
        "cut": cut,
        "towns": [
            {
                "code": row["code"],
                "name": short_name(row["name"]),
                "rank": row["rank"],
                "score": row["score"],
                "places": row.get("places") or [row["rank"], row["rank"]],
                "group": (row.get("group_name") or "") if many else "",
            }
            for row in named
        ],
    }


def _clock(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def forget() -> None:
    """Put the board together anew at the next look; for tests."""
    _kept.clear()
