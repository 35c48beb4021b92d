"""The demo district works by the profile that is shipped, as its administrator picked it before it began."""

from datetime import datetime, timedelta

from config.demo.people import People
from config.profiles.picking import pick
from config.profiles.reading import shipped_profile

BEFORE = timedelta(days=95)
"""The history is three months long: the profile was picked before."""


def pick_profile(people: People, until: datetime) -> None:
    """Pick 通州区's profile: its words and lists; every other row is there already."""
    pick(shipped_profile("tongzhou"), actor=people.named("admin"), at=until - BEFORE)
