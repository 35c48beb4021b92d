"""Refusals of the reckoning, each by name. `message` is an English msgid that `params` fill in."""

from __future__ import annotations


def gettext_noop(msgid: str) -> str:
    """Mark a message for translation by the name that extractors know, without importing Django."""
    return msgid


class DeadlineError(ValueError):
    """Say what is wrong with the input, in words that can be translated and shown."""

    message = gettext_noop("This deadline cannot be reckoned.")

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.message % params)


class NaiveTime(DeadlineError):
    message = gettext_noop("%(at)s has no time zone: add an offset such as +08:00.")


class OutOfReach(DeadlineError):
    message = gettext_noop(
        "%(at)s lies outside the years %(first)s to %(last)s that can be reckoned."
    )


class BadAmount(DeadlineError):
    message = gettext_noop(
        "%(amount)s is not an amount of time: give a number such as 5, 1.5 or 1/2."
    )


class NegativeLimit(DeadlineError):
    message = gettext_noop("A limit cannot be negative: %(amount)s.")


class LimitTooLong(DeadlineError):
    message = gettext_noop("The limit is too long: at most %(most)s %(unit)s can be reckoned.")


class BadPeriods(DeadlineError):
    message = gettext_noop(
        "Working periods must follow each other within a day without overlap: %(periods)s."
    )


class NoWorkingTime(DeadlineError):
    message = gettext_noop("The calendar has no working time in the two years after %(at)s.")


class NoStart(DeadlineError):
    message = gettext_noop("A clock's first entry must be its start.")


class AlreadyStarted(DeadlineError):
    message = gettext_noop("A clock starts once: there is a second start at %(at)s.")


class BeforeStart(DeadlineError):
    message = gettext_noop("The entry at %(at)s lies before the start at %(start)s.")


class OutOfOrder(DeadlineError):
    message = gettext_noop("The entry at %(at)s lies before the entry it follows, at %(previous)s.")


class AlreadyPaused(DeadlineError):
    message = gettext_noop("The pause at %(at)s begins while the clock is already paused.")


class NotPaused(DeadlineError):
    message = gettext_noop("The clock cannot resume at %(at)s: it is not paused then.")


class PauseBackwards(DeadlineError):
    message = gettext_noop("The pause at %(at)s ends before it begins, at %(until)s.")


class LimitMissing(DeadlineError):
    message = gettext_noop("The entry at %(at)s (%(kind)s) needs a limit.")


class LimitUnexpected(DeadlineError):
    message = gettext_noop("The entry at %(at)s (%(kind)s) takes no limit.")


class UntilUnexpected(DeadlineError):
    message = gettext_noop("The entry at %(at)s (%(kind)s) takes no end: only a pause has one.")
