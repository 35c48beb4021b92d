"""Who reads the figures of the district, and who its ranking."""

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
