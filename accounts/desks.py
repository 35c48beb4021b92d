"""Which desk a role works at, and which pages its holder finds in the navigation."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User

ANSWERING = frozenset({"operator", "community", "town", "department", "supervisor", "leader"})
EVERYONE = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class Page:
    """One entry of the navigation: where it leads, what it says, and for whom it is there."""

    view: str
    label: str | Promise
    icon: str
    roles: frozenset[str]


def _roles(*roles: Role) -> frozenset[str]:
    return frozenset(role.value for role in roles)


PAGES = (
    Page("cases:intake", _("New case"), "phone-plus", _roles(Role.OPERATOR)),
    Page("cases:callbacks", _("Callback desk"), "phone-check", _roles(Role.CALLBACK)),
    Page("cases:grid_desk", _("Grid desk"), "map-pin", _roles(Role.GRIDWORKER, Role.GRIDHEAD)),
    Page("cases:town_desk", _("Town desk"), "building-community", _roles(Role.TOWN)),
    Page("cases:town_desk", _("Community desk"), "home", _roles(Role.COMMUNITY)),
    Page("dispatch:desk", _("Department desk"), "building", _roles(Role.DEPARTMENT)),
    Page("dispatch:centre", _("Centre desk"), "gavel", _roles(Role.SUPERVISOR)),
    Page(
        "assessment:brief",
        _("Morning brief"),
        "sunrise",
        _roles(Role.LEADER, Role.SUPERVISOR, Role.ASSESSOR),
    ),
    Page(
        "dispatch:whistles",
        _("Whistles"),
        "speakerphone",
        _roles(Role.TOWN, Role.COMMUNITY, Role.GRIDHEAD),
    ),
    Page(
        "dispatch:documents",
        _("Documents"),
        "file-text",
        _roles(Role.DEPARTMENT, Role.TOWN, Role.COMMUNITY, Role.SUPERVISOR, Role.LEADER),
    ),
    Page(
        "dispatch:directives",
        _("Directives and meetings"),
        "file-certificate",
        _roles(Role.SUPERVISOR, Role.LEADER, Role.DEPARTMENT, Role.TOWN, Role.COMMUNITY),
    ),
    Page(
        "cases:tasks",
        _("Grid life"),
        "grid-dots",
        _roles(Role.GRIDWORKER, Role.GRIDHEAD, Role.COMMUNITY, Role.TOWN),
    ),
    Page("cases:list", _("Cases"), "list-details", EVERYONE),
    Page(
        "cases:clues",
        _("Clues and commendations"),
        "satellite",
        _roles(Role.OPERATOR, Role.SUPERVISOR, Role.LEADER, Role.ADMIN),
    ),
    Page("dispatch:responsibilities", _("Responsibility list"), "list-check", ANSWERING),
    Page(
        "dispatch:routing", _("Whose matter"), "arrows-split", _roles(Role.SUPERVISOR, Role.ADMIN)
    ),
    Page(
        "dispatch:rulings",
        _("Rulings"),
        "gavel",
        _roles(Role.SUPERVISOR, Role.DEPARTMENT, Role.TOWN, Role.LEADER),
    ),
    Page(
        "assessment:month",
        _("Monthly figures"),
        "chart-bar",
        _roles(Role.LEADER, Role.ASSESSOR, Role.SUPERVISOR, Role.ADMIN, Role.TOWN, Role.DEPARTMENT),
    ),
    Page("assessment:community", _("Our community's figures"), "chart-bar", _roles(Role.COMMUNITY)),
    Page(
        "assessment:claims",
        _("Claims and marks"),
        "scale",
        _roles(Role.SUPERVISOR, Role.ASSESSOR, Role.TOWN, Role.DEPARTMENT),
    ),
    Page(
        "assessment:topics",
        _("Before people complain"),
        "bulb",
        _roles(
            Role.LEADER,
            Role.ASSESSOR,
            Role.SUPERVISOR,
            Role.ADMIN,
            Role.TOWN,
            Role.COMMUNITY,
            Role.DEPARTMENT,
        ),
    ),
    Page(
        "assessment:reports",
        _("Reports"),
        "report-analytics",
        _roles(Role.LEADER, Role.ASSESSOR, Role.SUPERVISOR, Role.ADMIN, Role.TOWN, Role.DEPARTMENT),
    ),
    Page("district", _("The district"), "adjustments", _roles(Role.ADMIN)),
    Page("dispatch:rights", _("Whistles and rights"), "key", _roles(Role.ADMIN, Role.SUPERVISOR)),
    Page("engine", _("Engine"), "activity", _roles(Role.ADMIN)),
    Page(
        "assessment:what_if",
        _("What if"),
        "flask",
        _roles(Role.LEADER, Role.ASSESSOR, Role.SUPERVISOR, Role.ADMIN),
    ),
    Page("accounts:messages", _("Messages"), "mail", _roles(Role.ADMIN)),
    Page("admin:index", _("Administration"), "settings", _roles(Role.ADMIN)),
)
"""In the order of the navigation. The apps above are named by URL only, never imported."""

DESKS = {
    Role.OPERATOR: "cases:intake",
    Role.CALLBACK: "cases:callbacks",
    Role.GRIDWORKER: "cases:grid_desk",
    Role.GRIDHEAD: "cases:grid_desk",
    Role.COMMUNITY: "cases:town_desk",
    Role.TOWN: "cases:town_desk",
    Role.DEPARTMENT: "dispatch:desk",
    Role.SUPERVISOR: "dispatch:centre",
    Role.LEADER: "assessment:brief",
    Role.ASSESSOR: "assessment:month",
    Role.ADMIN: "admin:index",
}


def page_url(view: str, *args: object) -> str | None:
    """Return the address of a view, or None where a deployment leaves its app out."""
    try:
        return reverse(view, args=args)
    except NoReverseMatch:
        return None


def desk_url(user: User) -> str:
    """Return the address of the desk of the user's first role; without a role, the profile."""
    for post in user.posts:
        if url := page_url(DESKS[Role(post.role)]):
            return url
    return reverse("accounts:profile")


def pages_of(user: User) -> list[tuple[Page, str]]:
    """Return the navigation of the user: pages with addresses, each address once."""
    held = {post.role for post in user.posts}
    pages: dict[str, Page] = {}
    for page in PAGES:
        url = page_url(page.view) if page.roles & held else None
        if url and url not in pages:
            pages[url] = page
    return [(page, url) for url, page in pages.items()]
