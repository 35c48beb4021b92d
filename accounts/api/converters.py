"""What may stand for a code or a case number in an address of the API."""

from django.urls import register_converter


class Code:
    """Letters, digits, points and dashes: no NUL or slash ever reaches a query."""

    regex = r"[\w.-]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Code, "code")
