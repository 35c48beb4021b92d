"""What our catalogues must hold: every marked string of an app's code and templates, translated, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

APPS = ["accounts", "grids", "cases", "dispatch", "assessment", "config"]
CONTEXT_FIRST = ((1, "c"), 2)
CONTEXT_PLURAL = ((1, "c"), 2, 3)
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": CONTEXT_FIRST,
    "pgettext_lazy": CONTEXT_FIRST,
    "npgettext": CONTEXT_PLURAL,
    "npgettext_lazy": CONTEXT_PLURAL,
}


@dataclass
class Findings:
    """What is wrong with one app's catalogue, as sentences without the app's name."""

    missing: list[str] = field(default_factory=list)
    untranslated: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield one line for each thing to repair."""
        for what in ("missing", "untranslated", "unused"):
            for text in getattr(self, what):
                yield f"{what}: {text!r}"


def catalogue_path(base: Path, app: str) -> Path:
    """Return where the app's Chinese catalogue lies."""
    return base / app / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def extract(base: Path, app: str) -> Catalog:
    """Return a catalogue of all strings that the app marks, in code and in templates."""
    found = Catalog(locale="zh_Hans", charset="utf-8")
    for path in _sources(base, app):
        where = str(path.relative_to(base))
        for number, function, texts, _comments in extract_python(
            BytesIO(_as_python(path)), KEYWORDS, [], {"encoding": "utf-8"}
        ):
            context, ids = _arrange(function, texts)
            if ids and ids[0]:
                found.add(
                    ids if len(ids) > 1 else ids[0], context=context, locations=[(where, number)]
                )
    return found


def read(base: Path, app: str) -> Catalog:
    """Return the catalogue as it is on disk, empty where there is none."""
    path = catalogue_path(base, app)
    if not path.exists():
        return Catalog(locale="zh_Hans", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def compare(base: Path, app: str) -> Findings:
    """Say what the app's catalogue lacks and what it holds for nobody."""
    wanted, kept, findings = extract(base, app), read(base, app), Findings()
    for message in _messages(wanted):
        translated = kept.get(_single(message), message.context)
        if translated is None:
            findings.missing.append(f"{_single(message)} ({message.locations[0][0]})")
        elif translated.fuzzy or not _strings(translated):
            findings.untranslated.append(_single(message))
    for message in _messages(kept):
        if wanted.get(_single(message), message.context) is None:
            findings.unused.append(_single(message))
    return findings


def add(base: Path, app: str) -> None:
    """Write the catalogue anew: translations kept, missing entries added empty, unused ones dropped."""
    wanted, kept = extract(base, app), read(base, app)
    for message in _messages(wanted):
        translated = kept.get(_single(message), message.context)
        if translated is not None and not translated.fuzzy:
            message.string = translated.string
    path = catalogue_path(base, app)
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted.header_comment = f"# {app}: Simplified Chinese"
    wanted.fuzzy = False
    text = BytesIO()
    write_po(text, wanted, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    volatile = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator')
    lines = text.getvalue().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(volatile)))


def compile_all(base: Path) -> int:
    """Write a .mo file beside each .po file and return how many."""
    paths = [path for app in APPS if (path := catalogue_path(base, app)).exists()]
    for path in paths:
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source, locale="zh_Hans"))
    return len(paths)


def _sources(base: Path, app: str) -> Iterator[Path]:
    """Yield the app's modules and templates; templates of no app belong to config."""
    skipped = {"migrations", "tests", "node_modules"}
    for path in sorted((base / app).rglob("*.py")):
        if not skipped & set(path.relative_to(base).parts):
            yield path
    templates = base / "templates"
    for path in sorted(templates.rglob("*")):
        first = path.relative_to(templates).parts[0]
        if path.is_file() and (first == app or (app == "config" and first not in APPS[:-1])):
            yield path


def _as_python(path: Path) -> bytes:
    text = path.read_text()
    if path.suffix == ".py":
        return text.encode()
    # What is left of a template's indentation is none that Python's tokenizer would accept.
    return "\n".join(line.lstrip() for line in templatize(text).splitlines()).encode()


def _arrange(function: object, texts: object) -> tuple[str | None, list[str]]:
    """Split a call's arguments into context and one or two ids; those built at run time give none."""
    name = str(function)
    given = list(texts) if isinstance(texts, tuple) else [texts]
    context = str(given.pop(0)) if "pgettext" in name else None
    ids = given[: 2 if "ngettext" in name or "npgettext" in name else 1]
    return context, [text for text in ids if isinstance(text, str)]


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _single(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> bool:
    given = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(given)
