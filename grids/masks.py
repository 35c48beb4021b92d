"""Phones of building heads and team leaders: whole for the people of the grid, masked for all others."""

import re

from accounts.masks import mask_phone
from accounts.models import Role, User
from grids.reach import FIELD

PHONE = re.compile(r"\+?\d[\d\s-]{5,18}")
NEIGHBOURS = (*FIELD, Role.COMMUNITY)
"""Who rings a building head at work."""


def shown_phone(phone: str, area: str, reader: User) -> str:
    """Return the phone as the reader may see it."""
    return phone if reader.holds_over(area, *NEIGHBOURS) else mask_phone(phone)
