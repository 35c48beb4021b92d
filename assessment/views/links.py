"""The lists behind the numbers: an address whose list counts exactly what the number says."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from assessment.periods import Span

VALID = {"counted": "1", "rated": "1"}
"""A valid callback in the words of the case list: counted, and the resident was reached."""

ANSWERS = {
    "valid_callbacks": VALID,
    "contacted": VALID | {"contacted": "1"},
    "resolved": VALID | {"resolved": "yes"},
    "partly": VALID | {"resolved": "partly"},
    "satisfied": VALID | {"satisfied": "satisfied"},
    "basic": VALID | {"satisfied": "basic"},
    "unsolved": VALID | {"resolved": "no"},
    "very_satisfied": VALID | {"satisfied": "very_satisfied"},
    "dissatisfied": VALID | {"satisfied": "dissatisfied"},
    "very_dissatisfied": VALID | {"satisfied": "very_dissatisfied"},
}
CASES = {
    "received": {},
    "open": {"state": "open"},
    "closed": {"state": "ended"},
    "counted": {"counted": "1"},
    "breached": {"charged": "1"},
    "unreached": {"asked": "unreached"},
    "awaiting": {"asked": "awaiting"},
    **ANSWERS,
}
"""By key of the report: the filters of `/cases/` that keep the cases counted under it."""
ENCODED_CASES = {what: urlencode(given) for what, given in CASES.items()}


@dataclass(frozen=True, slots=True)
class Number:
    """A count and the address of its list; no address where the reader may not open it."""

    value: int
    url: str = ""

    @property
    def link(self) -> str:
        """Draw the count as a link to its list. Not a template: a page has two thousand of them."""
        if not self.url:
            return str(self.value)
        return format_html('<a href="{}" data-count="{}">{}</a>', self.url, self.value, self.value)


@dataclass(frozen=True)
class Links:
    """The addresses of one period's lists; `open` says whether the reader may open them.

    A month's page has more than a thousand of them: what they share is put together once.
    """

    span: Span
    open: bool = True

    @cached_property
    def _bounds(self) -> dict[str, str]:
        return {
            "received_from": _local(self.span.starts_at),
            "received_to": _local(self.span.ends_at),
        }

    @cached_property
    def _encoded_bounds(self) -> str:
        return urlencode(self._bounds)

    @cached_property
    def _cases(self) -> str:
        return f"{reverse('cases:list')}?"

    @cached_property
    def _orders(self) -> str:
        return f"{reverse('assessment:orders', args=[self.span.name])}?"

    def cases(self, what: str, **narrow: str) -> str:
        """Return the list of the cases counted as `what`, narrowed to a town, kind, …"""
        if not self.open:
            return ""
        if narrow.keys() & self._bounds.keys():
            return self._cases + urlencode(self._bounds | narrow | CASES[what])
        parts = (self._encoded_bounds, urlencode(narrow), ENCODED_CASES[what])
        return self._cases + "&".join(filter(None, parts))

    def orders(self, unit: str, what: str) -> str:
        """Return the list of the orders counted as `what` of the unit."""
        return self._orders + urlencode({"unit": unit, "what": what}) if self.open else ""

    def whistles(self, *, town: str = "", solved: bool = False) -> str:
        """Return the list of the whistles, of one town or all, blown or solved."""
        page = reverse("assessment:whistles", args=[self.span.name])
        given = ({"town": town} if town else {}) | ({"solved": "1"} if solved else {})
        return self._shown(f"{page}?{urlencode(given)}" if given else page)

    def _shown(self, url: str) -> str:
        return url if self.open else ""


def _local(moment: datetime) -> str:
    return timezone.localtime(moment).replace(tzinfo=None).isoformat()
