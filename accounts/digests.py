"""A message in words: one notice speaks for itself, several become a digest. Nothing typed by people."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Notice
from accounts.notice_texts import plain_wording

LINES = 10
"""Notices of a digest that are told one by one."""

LONGEST_LINE = 120


class Words(NamedTuple):
    """What a message says: the subject stands on lists, the body goes to the person."""

    subject: str
    body: str


def put_into_words(first: Sequence[Notice], kinds: Mapping[str, int]) -> Words:
    """Return the message about notices of these kinds and numbers, of which `first` are told.

    It speaks the language now active and holds no link: who follows links in messages is soon deceived.
    """
    lines = [_line(notice) for notice in first[:LINES]]
    count = sum(kinds.values())
    if count == 1:
        return Words(lines[0], lines[0])
    subject = _headline(count, kinds)
    if rest := count - len(lines):
        lines.append(_("and %(count)s more") % {"count": rest})
    return Words(subject, "\n".join([subject, *lines]))


def _line(notice: Notice) -> str:
    text = " ".join(plain_wording(notice).split())
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1]}…"


def _headline(count: int, kinds: Mapping[str, int]) -> str:
    """Return “12 notices: 3 overdue, 2 soon due”: what presses, and how many there are in all."""
    number = ngettext("%(count)s notice", "%(count)s notices", count) % {"count": count}
    pressing = {
        _("%(count)s overdue"): ("clock_overdue", "ladder_again"),
        _("%(count)s soon due"): ("clock_warning",),
        _("%(count)s supervised"): ("document_issued",),
        _("%(count)s whistled"): ("order_issued",),
        _("%(count)s new"): ("case_received",),
    }
    sums = {text: sum(kinds.get(kind, 0) for kind in group) for text, group in pressing.items()}
    parts = [text % {"count": among} for text, among in sums.items() if among]
    if not parts:
        return number
    listed = pgettext("list", ", ").join(parts)
    return _("%(number)s: %(parts)s") % {"number": number, "parts": listed}
