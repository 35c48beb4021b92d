"""The place in what a call reads: by `area`, by `lon` with `lat`, or by `address`."""

from typing import Any

from grids.places import Place, find_place


def take_place(given: dict[str, Any]) -> Place:
    """Take what says where out of what was read, and find the place; raise `BadInput` where none is."""
    return find_place(**_taken(given))


def take_place_said(given: dict[str, Any]) -> Place | None:
    """Do the same where something says where; else return nothing."""
    where = _taken(given)
    said = any(value not in (None, "") for value in where.values())
    return find_place(**where) if said else None


def _taken(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given.pop(name, None) for name in ("area", "lon", "lat", "address")}
