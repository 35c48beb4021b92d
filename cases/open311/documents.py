"""Open311's two forms of one answer: XML, which the standard requires, and JSON."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpResponse, JsonResponse

Row = Mapping[str, Any]

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answer(
    form: str, root: str, rows: Sequence[Row], *, each: str, status: int = 200
) -> HttpResponse:
    """Return rows as `<root><each>…` or as a JSON array; nothing known is an empty element or null."""
    if form == "json":
        plain = [{name: _json(value) for name, value in row.items()} for row in rows]
        return JsonResponse(plain, safe=False, status=status)
    top = Element(root)
    for row in rows:
        _fill(SubElement(top, each), row)
    return _xml(top, status)


def one(form: str, root: str, row: Row) -> HttpResponse:
    """Return a single thing as `<root>…` or as a JSON object."""
    if form == "json":
        return JsonResponse({name: _json(value) for name, value in row.items()})
    top = Element(root)
    _fill(top, row)
    return _xml(top, 200)


def refusal(form: str, code: int, descriptions: Sequence[str]) -> HttpResponse:
    """Return the standard's list of errors, under the HTTP status that fits."""
    rows = [{"code": code, "description": text} for text in descriptions]
    return answer(form, "errors", rows, each="error", status=code)


def _fill(element: Element, value: Any) -> None:
    """Put a value into an element: names as elements, a list as one element for each of its items."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(SubElement(element, name), inner)
    elif isinstance(value, list):
        for item in value:
            _fill(SubElement(element, element.tag.removesuffix("s")), item)
    elif value not in (None, ""):
        element.text = _NO_XML.sub("", _text(value))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(value: Any) -> Any:
    return None if value == "" else value


def _xml(top: Element, status: int) -> HttpResponse:
    body = tostring(top, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, status=status, content_type="text/xml; charset=utf-8")
