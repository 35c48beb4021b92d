"""How punctual and how thorough each unit of the demo district is."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Habit:
    """A unit's ways: `slowness` 1.0 is usual, `quality` the share of residents it satisfies."""

    slowness: float
    quality: float

    def delay(self, rng: Random) -> float:
        """Draw a factor of time: mostly around the unit's usual, now and then far beyond."""
        forgotten = 5.0 if rng.random() < 0.035 * self.slowness else 1.0
        return self.slowness * rng.lognormvariate(-0.15, 0.55) * forgotten

    def marks(self, rng: Random) -> dict[str, int]:
        """Draw the blower's marks for arrival, attitude and result."""
        base = 100 - 14 * max(0.0, self.slowness - 0.7)

        def mark(spread: float) -> int:
            return max(40, min(100, round(rng.gauss(base * self.quality + 4, spread))))

        return {"arrival": mark(5), "attitude": mark(3), "result": mark(6)}


def habits_of(codes: Iterable[str], rng: Random) -> dict[str, Habit]:
    """Draw a habit for every unit, in the order given."""
    return {
        code: Habit(round(rng.uniform(0.65, 1.4), 3), round(rng.uniform(0.88, 0.985), 3))
        for code in codes
    }
