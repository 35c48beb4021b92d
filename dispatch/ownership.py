"""Whose matter a case is (事权): of the rules in force when it was received the first that fits decides.

Pure rules on what is given: no query, no clock of the machine, so that the answer for a case never changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

CONDITIONS = ("category", "kind", "channel", "urgency", "area", "words")
"""What a rule may ask, in the order in which it is asked and told."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What rules look at in a case."""

    category: str
    kind: str
    channel: str
    urgency: str
    area: str
    text: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its conditions (an empty one fits everything) and the time in which it is in force."""

    pk: int
    name: str = ""
    category: str = ""
    kind: str = ""
    channel: str = ""
    urgency: str = ""
    area: str = ""
    words: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Tell whether the rule was in force at that moment; its first moment counts, its last not."""
        begun = self.valid_from is not None and self.valid_from <= at
        return begun and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition that fits: what the rule asks, and what the case has."""

    condition: str
    asked: str
    found: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule passed over, and the first of its conditions that did not fit."""

    rule: Rule
    condition: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that decides, if any, why it fits, which rules before it were passed over, and which
    further ones would have fitted, too."""

    rule: Rule | None
    because: tuple[Reason, ...]
    passed: tuple[Passed, ...]
    others: tuple[Rule, ...]


def decide(rules: Iterable[Rule], matter: Matter) -> Decision:
    """Decide by the rules, given in their order, that were in force when the case was received."""
    chosen: Rule | None = None
    passed: list[Passed] = []
    others: list[Rule] = []
    for rule in rules:
        if not rule.in_force(matter.received_at):
            continue
        missed = misses(rule, matter)
        if chosen is not None:
            others += [rule] if not missed else []
        elif missed:
            passed.append(Passed(rule, missed))
        else:
            chosen = rule
    because = reasons(chosen, matter) if chosen else ()
    return Decision(chosen, because, tuple(passed), tuple(others))


def first_fitting(rules: Sequence[Rule], matter: Matter) -> Rule | None:
    """Return the first rule that fits, whenever it was in force: what a trial asks."""
    return next((rule for rule in rules if not misses(rule, matter)), None)


def misses(rule: Rule, matter: Matter) -> str:
    """Return the first condition of the rule that does not fit; empty where all do."""
    for name in ("kind", "channel", "urgency"):
        asked = getattr(rule, name)
        if asked and asked != getattr(matter, name):
            return name
    if not matter.category.startswith(rule.category):
        return "category"
    if not matter.area.startswith(rule.area):
        return "area"
    return "" if not rule.words or word_in(rule.words, matter.text) else "words"


def word_in(words: Iterable[str], text: str) -> str:
    """Return the first of the words that stands in the text, in capitals or not; empty where none does."""
    said = text.casefold()
    return next((word for word in words if word.casefold() in said), "")


def reasons(rule: Rule, matter: Matter) -> tuple[Reason, ...]:
    """Return why the rule fits, condition by condition; none where it fits everything."""
    found = []
    for name in CONDITIONS:
        if name == "words" and rule.words:
            found.append(Reason(name, " ".join(rule.words), word_in(rule.words, matter.text)))
        elif name != "words" and getattr(rule, name):
            found.append(Reason(name, getattr(rule, name), getattr(matter, name)))
    return tuple(found)
