"""A browser without scripts: it opens pages, follows links, and presses the buttons of the forms it is given."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client

VOID = {"input", "br", "img", "meta", "link", "hr", "wbr"}
SILENT = {"template", "script", "style"}
"""Elements whose content nobody sees."""


@dataclass
class Form:
    """One form as it came: where it goes, what it holds, what its buttons say."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    buttons: list[dict[str, str]] = field(default_factory=list)


@dataclass
class _Choice:
    name: str
    chosen: list[str] = field(default_factory=list)
    first: str | None = None
    multiple: bool = False


class _Reader(HTMLParser):
    """Read the forms of a page, and the links inside its `<main>`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[dict[str, str]] = []
        self._form: Form | None = None
        self._choice: _Choice | None = None
        self._area: str | None = None
        self._words: dict[str, str] | None = None
        self._silent = 0
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SILENT:
            self._silent += 1
        elif self._silent:
            return
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a":
            self._words = {"href": given.get("href", ""), "text": ""}
            if self._inside:
                self.links.append(self._words)
        elif tag == "main":
            self._inside = True
        elif self._form is not None and "disabled" not in given:
            self._take(self._form, tag, given)

    def _take(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if name:
            form.names.add(name)
        if tag == "button" and given.get("type", "submit") == "submit":
            self._words = {"name": name, "value": given.get("value", ""), "text": ""}
            form.buttons.append(self._words)
        elif tag == "select":
            self._choice = _Choice(name, multiple="multiple" in given)
        elif tag == "option" and self._choice is not None:
            self._offer(self._choice, given)
        elif tag == "textarea":
            self._area = name
            form.fields.append((name, ""))
        elif tag == "input" and name:
            self._input(form, name, given)

    def _offer(self, choice: _Choice, given: dict[str, str]) -> None:
        if choice.first is None:
            choice.first = given.get("value", "")
        if "selected" in given:
            choice.chosen.append(given.get("value", ""))

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        ticked = given.get("type") not in ("radio", "checkbox") or "checked" in given
        if ticked and given.get("type") not in ("submit", "file"):
            form.fields.append((name, given.get("value", "on" if "checked" in given else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag in ("a", "button"):
            self._words = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select" and self._choice is not None and self._form is not None:
            only = (
                [] if self._choice.multiple or self._choice.first is None else [self._choice.first]
            )
            for value in self._choice.chosen or only:
                self._form.fields.append((self._choice.name, value))
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words["text"] += data
        if self._area is not None and self._form is not None:
            name, value = self._form.fields.pop()
            self._form.fields.append((name, value + data))


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def forms_of(html: str) -> list[Form]:
    """Return the forms of a page."""
    return _read(html).forms


class Visitor:
    """Somebody at a browser without scripts. `read` keeps every page that was sent to them."""

    def __init__(self, username: str = "", password: str = "") -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.url = "/"
        self.html = ""
        self.status = 0
        self.read: list[str] = []
        if username:
            self.open("/sign-in/")
            self.press("登录", username=username, password=password)

    def open(self, url: str) -> str:
        """Open an address and return its page, wherever it leads."""
        return self._arrive(urljoin(self.url, url), "get", {})

    def follow(self, text: str) -> str:
        """Follow the first link of the page itself, not of its frame, that says `text` and no more."""
        links = self._page().links
        found = [link["href"] for link in links if " ".join(link["text"].split()) == text]
        assert found, f"{self.url} has no link «{text}»: {[link['text'] for link in links]}"
        return self.open(found[0])

    def press(self, text: str, /, *, within: str = "", **given: Any) -> str:
        """Fill in the form whose button says `text` (and whose action contains `within`), and send it.

        A list is sent as several values; None takes a value away. Fields that the form does not have are refused.
        """
        form, button = self._find(text, within)
        unknown = set(given) - form.names
        assert not unknown, f"the form at {self.url} does not ask for {unknown}"
        sent: dict[str, Any] = {}
        for name, value in form.fields:
            sent.setdefault(name, []).append(value)
        sent |= {name: value for name, value in given.items() if value is not None}
        sent = {name: value for name, value in sent.items() if given.get(name, "") is not None}
        if button["name"]:
            sent[button["name"]] = button["value"]
        return self._arrive(urljoin(self.url, form.action or self.url), form.method, sent)

    def _find(self, text: str, within: str) -> tuple[Form, dict[str, str]]:
        offered = []
        for form in self._page().forms:
            for button in form.buttons:
                offered.append(" ".join(button["text"].split()))
                if offered[-1].startswith(text) and within in form.action:
                    return form, button
        raise AssertionError(f"{self.url} has no button «{text}»: {offered}")

    def _page(self) -> _Reader:
        return _read(self.html)

    def _arrive(self, url: str, method: str, data: dict[str, Any]) -> str:
        send = self.client.post if method == "post" else self.client.get
        answer: Any = send(url, data, follow=True)
        ways: list[tuple[str, int]] = getattr(answer, "redirect_chain", [])
        self.url = urljoin(url, ways[-1][0]) if ways else url
        self.html, self.status = answer.text, answer.status_code
        self.read.append(self.html)
        return self.html
