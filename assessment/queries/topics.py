"""Hot spots, topics and signs as their pages show them."""

from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.paging import Page, bounded_count, page_of
from assessment.models import HotSpot, HotSpotSearch, Job, Sign, Topic
from cases.models import Case

OUTLINES = ("area__boundary",)
"""What rows that show a place's name do without."""


def latest_search(user: User) -> HotSpotSearch | None:
    return HotSpotSearch.objects.visible_to(user).order_by("-until").first()


def searches_for_list(user: User) -> QuerySet[HotSpotSearch]:
    """Return the searches the user may read, each with how many spots it found and how many are still open."""
    rows = HotSpotSearch.objects.visible_to(user)
    undecided = Q(spots__topic=None, spots__dismissed="", spots__isnull=False)
    return rows.annotate(many=Count("spots"), undecided=Count("spots", filter=undecided))


def searches_page(user: User, cursor: str) -> Page[HotSpotSearch]:
    """Return a page of searches, the latest first; one query."""
    return page_of(searches_for_list(user), cursor, by="until")


def search_job(user: User, latest: HotSpotSearch | None) -> Job | None:
    """Return the search that waits or goes on, or that failed since the latest one."""
    rows = Job.objects.visible_to(user).filter(kind=Job.Kind.SEARCH)
    job = rows.exclude(state=Job.State.DONE).order_by("-asked_at", "-pk").first()
    if job is None or job.state != Job.State.FAILED or latest is None:
        return job
    return job if job.asked_at > latest.searched_at else None


def spots_for_list(user: User) -> QuerySet[HotSpot]:
    """Return the hot spots the user may see with what a row shows."""
    rows = HotSpot.objects.visible_to(user).select_related(
        "search", "area", "category__parent", "topic"
    )
    return rows.defer(*OUTLINES)


def spots_of(user: User, search: HotSpotSearch | None) -> list[HotSpot]:
    """Return the spots of a search: those nobody decided on first, the least likely by chance first."""
    if search is None:
        return []
    rows = list(spots_for_list(user).filter(search=search))
    rows.sort(key=lambda one: (bool(one.topic_id), bool(one.dismissed), one.chance, -one.found))
    return rows


def topics_for_list(user: User) -> QuerySet[Topic]:
    """Return the topics the user may see with what a row shows."""
    rows = Topic.objects.visible_to(user).select_related("owner", "area", "category", "opened_by")
    return rows.defer(*OUTLINES)


def topics_page(user: User, criteria: Mapping[str, str], cursor: str) -> Page[Topic]:
    """Return a page of topics, the newest first; one query."""
    rows = topics_for_list(user)
    if criteria.get("state"):
        rows = rows.filter(state=criteria["state"])
    if words := criteria.get("q", ""):
        rows = rows.filter(Q(title__icontains=words) | Q(number__icontains=words))
    return page_of(rows, cursor, by="opened_at")


def signs_for_list(user: User) -> QuerySet[Sign]:
    return Sign.objects.visible_to(user).select_related("unit")


def signs_page(user: User, criteria: Mapping[str, str], cursor: str) -> Page[Sign]:
    """Return a page of signs, the newest first; one query."""
    rows = signs_for_list(user)
    if criteria.get("kind"):
        rows = rows.filter(kind=criteria["kind"])
    standing = {
        "asked": Q(answered_at=None, settled_at=None),
        "answered": Q(answered_at__isnull=False, settled_at=None),
        "settled": Q(settled_at__isnull=False),
    }.get(criteria.get("standing", ""))
    return page_of(rows.filter(standing) if standing else rows, cursor, by="seen_at")


def count_asked(user: User) -> str:
    """Return how many questions wait for an answer, counted up to a thousand."""
    rows = Sign.objects.visible_to(user).filter(answered_at=None, settled_at=None)
    count, more = bounded_count(rows)
    return f"{count:,}+" if more else str(count)


def seen_numbers(sign: Sign, user: User) -> list[tuple[str, bool]]:
    """Return the cases of a sign, each with whether the user may open it; one query."""
    seen = Case.objects.visible_to(user).filter(number__in=sign.numbers)
    open_to = set(seen.values_list("number", flat=True))
    return [(number, number in open_to) for number in sign.numbers]
