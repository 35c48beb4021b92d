"""Short ways to meetings, matters and directives in tests."""

from datetime import timedelta
from typing import Any

from dispatch.models import Directive, Meeting, UnclaimedMatter
from dispatch.services.directive_course import add_entry
from dispatch.services.directives import Order, issue_directive
from dispatch.services.matters import raise_matter, rule_matter
from dispatch.services.meetings import call_meeting
from tests.cast import Stage


def matter(stage: Stage, *, by: str = "town", **given: Any) -> UnclaimedMatter:
    """Raise a matter that nobody claims."""
    fields: dict[str, Any] = {
        "title": "废弃通信杆归属不明",
        "text": "路口废弃通信杆倾斜，三家单位都说不是自己的。",
        "category": "0101",
    }
    return raise_matter(actor=stage.who(by), at=stage.at, **(fields | given))


def meeting(stage: Stage, *matters: UnclaimedMatter, **given: Any) -> Meeting:
    """Call an on-site meeting for an hour from now."""
    fields: dict[str, Any] = {
        "kind": "ownership",
        "held_at": stage.at + timedelta(hours=1),
        "place": "潞邑街道会议室",
        "chair": "老高",
        "matters": [one.pk for one in matters],
    }
    return call_meeting(actor=stage.who("supervisor"), at=stage.at, **(fields | given))


def ruled(stage: Stage, one: UnclaimedMatter, **given: Any) -> UnclaimedMatter:
    """Rule that 城管委 leads and 住建委 assists."""
    fields: dict[str, Any] = {"lead": "CGW", "assists": ["ZJW"], "ruling": "由城管委拆除并处置。"}
    at = stage.at + timedelta(hours=2)
    return rule_matter(one.pk, actor=stage.who("supervisor"), at=at, **(fields | given))


def directive(stage: Stage, **given: Any) -> Directive:
    """Issue a directive to 消防 (lead) and 住建 (assist), due in two days."""
    fields: dict[str, Any] = {
        "title": "整治消防通道",
        "text": "对全区老旧小区消防通道逐一排查整治。",
        "path": "摸底排查\n集中整治\n验收销号",
        "lead": "XFZD",
        "assists": ["ZJW"],
        "due_at": stage.at + timedelta(days=2),
    }
    order = Order(**(fields | given))
    return issue_directive(order, actor=stage.who("supervisor"), at=stage.at)


def entry(stage: Stage, one: Directive, kind: str, who: str, **given: Any) -> Directive:
    """Make an entry and return the directive as it stands then."""
    fields: dict[str, Any] = {"text": "已排查三十个小区。", "at": stage.at + timedelta(hours=1)}
    add_entry(one.pk, kind=kind, actor=stage.who(who), **(fields | given))
    return Directive.objects.get(pk=one.pk)
