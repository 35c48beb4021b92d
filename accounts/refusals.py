"""The ways in which a service says no. HTML and API answer them alike."""

from collections.abc import Mapping

from django.db import DataError
from django.utils.translation import gettext as _


class StepRefused(Exception):
    """The step is yours, but not now: the case or order has moved on. HTTP 409."""


class BadInput(Exception):
    """What was given cannot be taken; `fields` maps each field to its errors. HTTP 400."""

    def __init__(self, fields: Mapping[str, list[str] | str]) -> None:
        self.fields = {
            name: [text] if isinstance(text, str) else list(text) for name, text in fields.items()
        }
        super().__init__("; ".join(text for texts in self.fields.values() for text in texts))


def bad_input(error: Exception) -> BadInput | None:
    """Return the error where it is bad input, or its refusal where PostgreSQL did not take a text for the character NUL in
    it; None for other errors.

    No keyboard writes NUL: wherever a machine sends it, in an address, a form or a call, this is the answer.
    """
    if isinstance(error, BadInput):
        return error
    if isinstance(error, DataError) and "NUL" in str(error):
        return BadInput(
            {
                "non_field_errors": _(
                    "A text holds the character NUL, which cannot be kept. Send it without."
                )
            }
        )
    return None
