"""The classified exits in use, read rarely and asked for by every form and timeline that names one."""

from accounts.kept import Kept
from cases.models import ExitKind


def exits() -> list[ExitKind]:
    """Return the exits in use, in the order of their numbers; kept for a minute."""
    return _known.get()


def forget() -> None:
    """Read the exits anew at the next use; call it where they change."""
    _known.forget()


def _read() -> list[ExitKind]:
    rows = ExitKind.objects.filter(active=True)
    return sorted(rows, key=lambda one: (len(one.code), one.code))


_known = Kept(_read, keep_empty=False)
