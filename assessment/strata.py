"""Valid callbacks of a unit counted by how hard the matter was and by what was answered. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Stratum:
    """How often a unit's residents gave this very answer on matters of this difficulty.

    `unit` is a town's or a department's code, `difficulty` what makes matters comparable (first-level
    category and kind of request); `count` at least one.
    """

    unit: str
    difficulty: str
    contacted: bool
    resolved: str
    satisfied: str
    count: int
