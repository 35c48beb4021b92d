"""A year of an older system as a history file: the same seed writes the same rows.

Seasons, days of the week, towns of very different size, three whistles in ten, and the three rates
that 通州 published for 2023 (99.93, 93.81 and 94.93 %).
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLUMNS = [
    *("number", "received_at", "channel", "kind", "category", "area", "text", "caller_phone"),
    *("route", "departments", "whistled_at", "acknowledged_at", "reported_at", "handled_at"),
    *("valid_callback", "contacted", "resolved", "satisfied", "closed_at", "counted"),
]
CONTACTED, RESOLVED, SATISFIED, BASIC = 0.9993, 0.9381, 0.9043, 0.05
"""Satisfied + 0.9 × basically satisfied: 94.93 %."""
CHANNELS = ("hotline", "grid", "web", "snapshot", "platform")
KINDS = ("complaint", "help", "enquiry", "suggestion", "report")
SEASONS = (8, 7, 8, 8, 9, 9, 10, 10, 8, 8, 9, 9)
"""How busy the months are beside each other: the floods and the first days of heating are the worst."""
MATTERS = (
    "小区门口堆放垃圾多日无人清理，气味很大，影响居民出行",
    "楼道内照明灯损坏，老人夜间上下楼不安全，希望尽快维修",
    "消防通道被私家车占用，多次反映未解决",
    "电梯频繁故障，物业公司推诿，业主要求更换",
    "暖气不热，室温不足十六度，家中有婴儿",
    "工地夜间施工噪音扰民，已连续三天",
    "路面塌陷积水，骑车经过有危险",
    "流动商贩占道经营，早高峰拥堵严重",
    "井盖缺失，附近有学校，存在安全隐患",
    "咨询老旧小区加装电梯的办理流程和补贴标准",
)


@dataclass(frozen=True, slots=True)
class Place:
    """What the rows are drawn from: areas of any level, categories, units by code or name."""

    areas: Sequence[str]
    categories: Sequence[str]
    departments: Sequence[str]


@dataclass(slots=True)
class Year:
    """Writes the rows of one year, in the order in which the cases were received."""

    place: Place
    count: int
    year: int = 2023
    seed: int = 1
    open_share: float = 0.01
    dice: Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)

    def rows(self) -> Iterator[dict[str, str]]:
        """Give row after row."""
        for number, at in enumerate(self._moments(), 1):
            yield self._row(number, at)

    def _moments(self) -> list[datetime]:
        start = datetime(self.year, 1, 1, tzinfo=SHANGHAI)
        days = [start + timedelta(days=day) for day in range(365)]
        weights = [SEASONS[day.month - 1] * (0.6 if day.weekday() > 4 else 1) for day in days]
        drawn = self.dice.choices(days, weights, k=self.count)
        return sorted(day + timedelta(seconds=self.dice.randrange(86_400)) for day in drawn)

    def _row(self, number: int, at: datetime) -> dict[str, str]:
        dice, place = self.dice, self.place
        row = dict.fromkeys(COLUMNS, "")
        row |= {
            "number": f"{at:%Y%m%d}-H{number:06d}",
            "received_at": _told(at),
            "channel": dice.choices(CHANNELS, (60, 31, 4, 3, 2))[0],
            "kind": dice.choices(KINDS, (54, 40, 4, 1.5, 0.5))[0],
            "category": place.categories[int(len(place.categories) * dice.random() ** 1.6)],
            "area": place.areas[int(len(place.areas) * dice.random() ** 1.4)],
            "text": f"{dice.choice(MATTERS)}，{dice.randint(1, 60)}号楼{dice.randint(1, 6)}单元。",
            "caller_phone": f"138{dice.randrange(10**8):08d}" if dice.random() < 0.92 else "",
            "counted": "y" if dice.random() < 0.97 else "n",
        }
        self._life(row, at)
        return row

    def _life(self, row: dict[str, str], at: datetime) -> None:
        dice = self.dice
        whistle, still = dice.random() < 0.3, dice.random() < self.open_share
        row["route"] = "whistle" if whistle else "self"
        last = at + timedelta(hours=1 + 8 * dice.random())
        if whistle:
            count = dice.choices((1, 2, 3, 11), (60, 28, 11, 1))[0]
            listed = dice.sample(self.place.departments, min(count, len(self.place.departments)))
            row["departments"] = ";".join(listed)
            for name, hours in (("whistled_at", 0), ("acknowledged_at", 2), ("reported_at", 20)):
                last += timedelta(hours=hours * (0.2 + dice.random()))
                row[name] = _told(last)
                if still and dice.random() < 0.4:
                    return
        if still and dice.random() < 0.7:
            return
        last += timedelta(hours=60 * dice.expovariate(1.0))
        row["handled_at"] = _told(last)
        if still and dice.random() < 0.5:
            return
        self._answers(row)
        if not still:
            row["closed_at"] = _told(last + timedelta(hours=1 + 30 * dice.random()))

    def _answers(self, row: dict[str, str]) -> None:
        dice = self.dice
        valid = dice.random() < 0.86 and bool(row["caller_phone"])
        row["valid_callback"] = "y" if valid else "n" if row["caller_phone"] else ""
        if not valid:
            return
        row["contacted"] = "y" if dice.random() < CONTACTED else "n"
        row["resolved"] = (
            "yes" if dice.random() < RESOLVED else "partly" if dice.random() < 0.6 else "no"
        )
        weights = (SATISFIED, BASIC, 1 - SATISFIED - BASIC)
        row["satisfied"] = dice.choices(("satisfied", "basic", "dissatisfied"), weights)[0]


def write(path: Path, rows: Iterable[dict[str, str]]) -> None:
    """Write a history file of the rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
