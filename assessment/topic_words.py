"""How chances, measures and signs are put into words: calmly, with what they do not say."""

from collections.abc import Callable, Mapping, Sequence
from math import floor, log10
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from assessment.measures import Measure
from assessment.models import Sign

RAREST = 1e-6


def odds(chance: float | None) -> str:
    """Return a chance as people say it: one in so many, rounded down to one or two digits."""
    if chance is None:
        return ""
    if chance < RAREST:
        return _("less than one in a million")
    if chance > 0.1:
        return f"{round(100 * chance)} %"
    many = 1 / chance
    unit = 10 ** max(0, floor(log10(many)) - 1)
    return _("about 1 in %(many)s") % {"many": f"{floor(many / unit) * unit:,}"}


def verdict(found: Measure) -> str:
    """Return what may be said of a topic's measure, and no more."""
    said = {
        "early": _("Too early: two whole weeks are needed before anything can be said."),
        "few": _("Too few cases to tell a change from chance."),
        "fell": _("Fewer than chance explains."),
        "rose": _("More than chance explains."),
        "unclear": _("No change that chance would not explain as well."),
    }[found.verdict]
    if found.verdict in ("early", "few"):
        return said
    beside = (
        _("The rest of the district in the same category is taken as the measure.")
        if found.beside
        else _("There is nothing beside it to compare with: a season may look like a change.")
    )
    return f"{said} {beside}"


FIELDS = {
    "title": _lazy("Title"),
    "text": _lazy("The problem, and what is to be done"),
    "owner": _lazy("Owner"),
    "assists": _lazy("Assist"),
    "goal": _lazy("Goal"),
    "begun_on": _lazy("Measured from"),
    "review_on": _lazy("Look again on"),
    "baseline": _lazy("A week before"),
}


def corrected(changes: Mapping[str, Sequence[Any]], units: Mapping[str, str]) -> list[str]:
    """Return what a correction changed, a line for each field; `units` are names by code."""
    return [
        _("%(what)s: %(before)s → %(after)s")
        % {"what": label, "before": _value(before, units), "after": _value(after, units)}
        for name, label in FIELDS.items()
        if name in changes
        for before, after in [changes[name]]
    ]


def _value(value: Any, units: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return pgettext("list", ", ").join(units.get(code, code) for code in value) or "—"
    return units.get(value, value)


def question(sign: Sign) -> str:
    """Return the question, with its figures."""
    return (_ASKED[sign.kind](sign.facts)) % sign.facts


def _last_minute(facts: dict[str, Any]) -> str:
    return _(
        "Of %(done)s finished in time in %(period)s, %(last)s lie in the last twentieth of the limit"
        " (%(share)s %%); with the other units it is %(others)s %%. Why?"
    )


def _mass_rating(facts: dict[str, Any]) -> str:
    if facts.get("via") == "link":
        return _("%(count)s residents answered their links within %(seconds)s seconds. How come?")
    return _(
        "One agent recorded %(count)s residents as reached within %(seconds)s seconds. Was each"
        " of them called?"
    )


def _one_phone(facts: dict[str, Any]) -> str:
    return _(
        "The phone %(phone)s rated %(count)s cases of the town in %(period)s as solved and"
        " satisfactory; no other of %(phones)s phones more than %(most)s. Whose cases are they?"
    )


def _contact(facts: dict[str, Any]) -> str:
    return _(
        "The unit recorded that it spoke to the resident; asked back, the resident says that"
        " nobody did. What happened?"
    )


_ASKED: dict[str, Callable[[dict[str, Any]], str]] = {
    Sign.Kind.LAST_MINUTE: _last_minute,
    Sign.Kind.MASS_RATING: _mass_rating,
    Sign.Kind.ONE_PHONE: _one_phone,
    Sign.Kind.CONTACT: _contact,
}


def why(kind: str) -> str:
    """Return why such a pattern is asked about."""
    return {
        Sign.Kind.LAST_MINUTE: _(
            "A case that is written off as done when the limit comes looks like this. Work that ends"
            " when it is done spreads over the whole limit."
        ),
        Sign.Kind.MASS_RATING: _(
            "A call with three questions takes more than a minute; answers that come faster may have"
            " been entered without a call."
        ),
        Sign.Kind.ONE_PHONE: _(
            "Cases that are entered and praised by the same hand look like this."
        ),
        Sign.Kind.CONTACT: _(
            "Both cannot be true. The rate of response counts what the resident says."
        ),
    }[Sign.Kind(kind)]


def innocent(kind: str) -> list[str]:
    """Return what else may explain it."""
    return {
        Sign.Kind.LAST_MINUTE: [
            _("Work that truly takes as long as the limit allows, such as road works."),
            _("Results collected and entered together, once a week."),
            _("Limits that end with the working day, as the work does."),
        ],
        Sign.Kind.MASS_RATING: [
            _("Calls noted on paper and entered afterwards."),
            _("Links sent to many residents at the same time."),
            _("One call about several cases that were not taken down as one call."),
        ],
        Sign.Kind.ONE_PHONE: [
            _("A resident who speaks for a whole building."),
            _("The telephone of a property firm, a shop or a community office."),
            _("Somebody who calls often, and whose matters are solved."),
        ],
        Sign.Kind.CONTACT: [
            _("Another member of the household was spoken to."),
            _("The resident did not know that the caller was of the unit."),
            _("The contact was recorded at the wrong case."),
        ],
    }[Sign.Kind(kind)]


def how_sure(sign: Sign) -> str:
    """Return how often honest work shows as much, or why no chance is given."""
    if sign.chance is not None:
        return _(
            "In a month of honest work any unit at all shows as much with a chance of %(odds)s."
        ) % {"odds": odds(sign.chance)}
    if sign.kind == Sign.Kind.CONTACT:
        return _("No chance is given: two statements stand against each other.")
    return _("No chance is given: it is compared with how long a call takes.")
