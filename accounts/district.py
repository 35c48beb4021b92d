"""What the district that works here is called, and its own words for things: rows, kept for a minute."""

from dataclasses import dataclass, field

from accounts.kept import Kept
from accounts.models import District, Unit


@dataclass(frozen=True, slots=True)
class Named:
    """The district's name and words; both empty before one is loaded."""

    name: str = ""
    terms: dict[str, str] = field(default_factory=dict)


def _read() -> Named:
    row = District.objects.order_by("pk").first() or District()
    return Named(row.name or unit_name(), row.terms)


def unit_name() -> str:
    """Return what the district's own unit is called: the name where no other was given."""
    names = Unit.objects.filter(kind=Unit.Kind.DISTRICT).values_list("name", flat=True)
    return names.first() or ""


_named = Kept(_read)


def district_name() -> str:
    """Return the name of the district served, or an empty text before one is loaded."""
    return _named.get().name


def own_word(code: str, usual: str = "") -> str:
    """Return the district's own word for a thing of `accounts.terms`, or the usual one."""
    return _named.get().terms.get(code) or usual


def forget() -> None:
    """Read the name and the words again at the next use; call it where they change."""
    _named.forget()
