"""Who reads the figures of the district, and who its ranking; and how others are refused."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import Role, User

READERS = (Role.LEADER, Role.ASSESSOR, Role.SUPERVISOR, Role.ADMIN)
"""Read every figure and open what stands behind it."""

RANKED = (Role.TOWN, Role.DEPARTMENT)
"""Read the ranking they stand in; open only what stands behind their own line."""


def reads_figures(user: User) -> bool:
    return user.holds(*READERS)


def reads_ranking(user: User) -> bool:
    return user.holds(*READERS, *RANKED)


def opens_unit(user: User, code: str) -> bool:
    """Tell whether the user may open what stands behind the figures of the unit of that code."""
    if reads_figures(user):
        return True
    return any(post.role in RANKED and post.unit.code == code for post in user.posts)


def check_reads_figures(user: User) -> None:
    """Raise `PermissionDenied` for those who do not read the district's figures."""
    if not reads_figures(user):
        raise _not_for_the_role()


def check_reads_ranking(user: User) -> None:
    """Raise `PermissionDenied` for those who do not even read the ranking."""
    if not reads_ranking(user):
        raise _not_for_the_role()


def check_opens_unit(user: User, code: str) -> None:
    """Raise `PermissionDenied` for those who may not open what stands behind the unit's figures."""
    if not opens_unit(user, code):
        raise PermissionDenied(_("Only your own unit's figures are for you to open."))


def _not_for_the_role() -> PermissionDenied:
    return PermissionDenied(_("The district's figures are not for your role to read."))
