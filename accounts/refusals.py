"""The ways in which a service says no. HTML and API answer them alike."""

from collections.abc import Mapping


class StepRefused(Exception):
    """The step is yours, but not now: the case or order has moved on. HTTP 409."""


class BadInput(Exception):
    """What was given cannot be taken; `fields` maps each field to its errors. HTTP 400."""

    def __init__(self, fields: Mapping[str, list[str] | str]) -> None:
        self.fields = {
            name: [text] if isinstance(text, str) else list(text) for name, text in fields.items()
        }
        super().__init__("; ".join(text for texts in self.fields.values() for text in texts))
