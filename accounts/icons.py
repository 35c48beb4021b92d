"""Outline icons of @tabler/icons, read once from where npm installed them."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings

DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
UNSEEN = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


@cache
def drawing(name: str) -> str:
    """Return the inside of the icon's `<svg>`.

    Raise FileNotFoundError where there is no icon of that name: a typing error in a template.
    """
    folder = Path(settings.BASE_DIR) / "node_modules/@tabler/icons/icons/outline"
    text = (folder / f"{name}.svg").read_text(encoding="utf-8")
    found = DRAWING.search(text)
    return " ".join(UNSEEN.sub("", found.group(1)).split()) if found else ""
