"""Figures of a period as the report lays them out, small and whole, for papers to be written from."""

from typing import Any

from cases.models import Case

Row = dict[str, Any]
UNREACHED = {"no_answer": 4, "refused": 2, "wrong_number": 1, "not_possible": 0, "total": 7}
WEIGHTS = {
    "marks": "0.4",
    "timeliness": "0.25",
    "results": "0.2",
    "objections": "0.05",
    "documents": "0.05",
    "leaders": "0.05",
}
PERFORMANCE = {"rates": "0.6", "use": "0.1", "quality": "0.1", "redo": "0.1", "self": "0.1"}


def _counts(received: int, valid: int) -> Row:
    return {
        "received": received,
        "closed": received - 5,
        "open": 5,
        "counted": received - 2,
        "valid_callbacks": valid,
        "contacted": valid - 1,
        "resolved": valid - 2,
        "satisfied": valid - 3,
        "basic": 1,
        "partly": 1,
        "unreached": dict(UNREACHED),
        "awaiting": 3,
    }


def _scored(score: float | None) -> Row:
    rates = {"response": 97.5, "resolution": 93.81, "satisfaction": 88.25}
    bounds = {name: [71.5, 94.25] for name in (*rates, "score")}
    return {"rates": rates, "score": score, "bounds": bounds}


def _standing(score: float, rank: int | None, tied: list[str]) -> Row:
    return {
        "rank": rank,
        "interval": [score - 2.5, score + 1.25],
        "places": [1, 3],
        "tied_with": tied,
        "adjusted": score + 0.75,
        "expected": score - 0.5,
        "previous": {"score": 88.88, "rank": 2},
        "list": "",
        "list_reason": {},
        "group": "",
        "group_name": "",
    }


def _town(code: str, name: str, score: float, rank: int | None, **given: Any) -> Row:
    kinds = {kind: {"received": 8, "closed": 6, "open": 2} for kind in Case.Kind.values}
    row = {"code": code, "name": name, **_counts(120, 100), **_scored(score), "by_kind": kinds}
    row |= _standing(score, rank, given.pop("tied", []))
    row |= {"breached": 6, "whistles": 12, "whistles_solved": 11, "whistled": 10}
    row |= {"redone": 4, "self_handled": 30, "improper": 2, "upheld_against": 1}
    parts = {"rates": score, "use": 100.0, "quality": 91.5, "redo": 97.25, "self": 40.5}
    return row | {"performance": {"parts": parts, "score": 89.75, "rank": rank}} | given


def _unit(code: str, name: str, score: float, rank: int | None, orders: int, **given: Any) -> Row:
    limit = {"decided": 20, "kept": 18, "missed": 2, "exempt": 1, "rate": 90.0}
    row = {"code": code, "name": name, **_counts(0, 30), **_scored(score)}
    row |= _standing(score, rank, given.pop("tied", []))
    row |= {"orders": orders, "lead_orders": 9, "settled": 11, "reviews": 8, "struck_reviews": 1}
    row |= {"limits": {kind: dict(limit) for kind in ("acknowledge", "report_in", "finish")}}
    row |= {"parts": {"marks": 92.5, "timeliness": 90.0, "results": 91.25, "objections": 95.0}}
    row["parts"] |= {"documents": 98.0, "leaders": None}
    row |= {"objections_lost": 1, "documents": {"urge": 2, "reminder": 1}, "leader_marks": 0}
    town = {"code": "110112013", "name": "潞邑街道", "reviews": 5, "mean": 93.5}
    return row | {"town_weights": [town | {"weight": 0.4, "share": 40.5}]} | given


def report_like(period: str = "2026-03") -> Row:
    """Return the figures of a month with four towns, one of them below the minimum, and four departments."""
    year, month = period.split("-")
    after = f"{year}-{int(month) + 1:02d}"
    kind = {**_counts(240, 200), **_scored(91.5)}
    totals = _counts(480, 320) | {"breached": 24, "whistles": 48, "whistles_solved": 40}
    category = {**_counts(260, 180), **_scored(90.5), "children": []}
    return {
        "period": period,
        "from": f"{period}-01T00:00:00+08:00",
        "to": f"{after}-01T00:00:00+08:00",
        "computed_at": f"{after}-03T08:00:00+08:00",
        "policy": {
            "name": "10/50/40",
            "source": "怀柔区做法",
            "weights": {"response": "0.1", "resolution": "0.5", "satisfaction": "0.4"},
            "basic_factor": "0.9",
            "partly_factor": "0",
            "decimals": 2,
            "min_cases": 5,
            "department_weights": dict(WEIGHTS),
            "performance_weights": dict(PERFORMANCE),
        },
        "totals": totals | {"commendations": 9, "whistled": 44},
        **_scored(92.3),
        "mean_of_towns": {
            "towns": 3,
            "rates": {"response": 96.5, "resolution": 92.5, "satisfaction": 87.5},
            "score": 91.75,
        },
        "groups": [
            {"code": "", "name": "", "sort": "town", "members": 4},
            {"code": "", "name": "", "sort": "unit", "members": 4},
        ],
        "by_kind": {kind_: dict(kind) for kind_ in Case.Kind.values},
        "by_channel": {channel: dict(kind) for channel in Case.Channel.values},
        "by_category": [
            {"code": "03", "name": "物业管理", **category},
            {"code": "01", "name": "城市管理", **category},
        ],
        "by_day": [
            {"date": f"{period}-{day:02d}", "received": 30 + day, "closed": 20 + day}
            for day in (1, 2, 5)
        ],
        "by_town": [
            _town("110112013", "潞邑街道", 94.25, 1, tied=["110112012"]),
            _town("110112012", "杨庄街道", 93.5, 2, tied=["110112013"]),
            _town("110112014", "漷县镇", 81.25, 3, list="rectify"),
            _town("110112015", "于家务回族乡", 79.5, None, valid_callbacks=3),
        ],
        "by_community": [],
        "by_department": [
            _unit("CGW", "区城市管理委员会", 93.25, 1, 24, tied=["ZJW"]),
            _unit("ZJW", "区住房和城乡建设委员会", 92.5, 2, 21, tied=["CGW"]),
            _unit("XFZD", "区消防救援支队", 84.5, 3, 18, list="advanced"),
            _unit("GD", "供电公司", 80.0, None, 0),
        ],
    }
