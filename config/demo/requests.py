"""The demo's requests, as callers and grid workers would put them."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "requests.csv"


@dataclass(frozen=True, slots=True)
class Request:
    """One request with the way it usually goes."""

    category: str
    kind: str
    channel: str
    urgency: str
    whistle: str
    season: str
    text: str
    result: str
    objection: str
    words: str
    condition: str = ""

    def in_season(self, month: int) -> bool:
        """Tell whether the matter occurs in the month; `11-3` runs over the new year."""
        if not self.season:
            return True
        first, _dash, last = self.season.partition("-")
        begin, end = int(first), int(last or first)
        return begin <= month <= end if begin <= end else month >= begin or month <= end

    @property
    def pleased(self) -> bool:
        return self.words.startswith("+")


@lru_cache(maxsize=1)
def all_requests() -> tuple[Request, ...]:
    """Return every request of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Request(**row) for row in csv.DictReader(file))
