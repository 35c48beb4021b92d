"""`./manage.py translations` finds what is missing, empty or left over."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from config import translations

VIEW = """
from django.utils.translation import gettext as _, ngettext, pgettext
first = _("Blow the whistle")
second = ngettext("%(n)s order", "%(n)s orders", n)
third = pgettext("of a clock", "late")
fourth = _(built_at_run_time)
"""
PAGE = '{% load i18n %}{% translate "Sign in" %}{% blocktranslate count n=n %}{{ n }} case{% plural %}{{ n }} cases{% endblocktranslate %}'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with one module and one template of dispatch, and a template of nobody's."""
    for path, text in {
        "dispatch/views.py": VIEW,
        "templates/dispatch/desk.html": PAGE,
        "templates/base.html": '{% load i18n %}{% translate "Chuishao" %}',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def catalogue(project: Path) -> Path:
    return translations.catalogue_path(project, "dispatch")


def translate(project: Path, english: str, chinese: str) -> None:
    path = catalogue(project)
    path.write_text(
        path.read_text().replace(
            f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{chinese}"'
        )
    )


def test_code_and_templates_are_read(project: Path) -> None:
    missing = "\n".join(translations.compare(project, "dispatch").missing)
    for text in ("Blow the whistle", "%(n)s order", "late", "Sign in", "%(n)s case"):
        assert text in missing
    assert "Chuishao" not in missing


def test_a_template_of_no_app_belongs_to_config(project: Path) -> None:
    assert translations.compare(project, "config").missing == ["Chuishao (templates/base.html)"]


def test_added_entries_are_empty_and_say_so(project: Path) -> None:
    translations.add(project, "dispatch")
    findings = translations.compare(project, "dispatch")
    assert findings.missing == findings.unused == []
    assert len(findings.untranslated) == 5


def test_adding_keeps_translations_and_drops_what_nobody_uses(project: Path) -> None:
    translations.add(project, "dispatch")
    translate(project, "Blow the whistle", "吹哨")
    translate(project, "Sign in", "登录")
    (project / "templates/dispatch/desk.html").unlink()
    assert "Sign in" in translations.compare(project, "dispatch").unused
    translations.add(project, "dispatch")
    text = catalogue(project).read_text()
    assert "吹哨" in text
    assert "Sign in" not in text


def test_a_fuzzy_entry_counts_as_untranslated(project: Path) -> None:
    translations.add(project, "dispatch")
    translate(project, "Sign in", "登录")
    path = catalogue(project)
    path.write_text(path.read_text().replace('msgid "Sign in"', '#, fuzzy\nmsgid "Sign in"'))
    assert "Sign in" in translations.compare(project, "dispatch").untranslated


def test_compiled_catalogues_speak_chinese(project: Path) -> None:
    translations.add(project, "dispatch")
    translate(project, "Blow the whistle", "吹哨")
    assert translations.compile_all(project) == 1
    with catalogue(project).with_suffix(".mo").open("rb") as file:
        message = read_mo(file).get("Blow the whistle")
    assert message is not None
    assert message.string == "吹哨"


@pytest.mark.parametrize("app", translations.APPS)
def test_every_word_of_ours_is_translated(base_dir: Path, app: str) -> None:
    assert list(translations.compare(base_dir, app).lines()) == []
