"""Working groups that talk, and orders handed out by guest link: so that their pages are not empty."""

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership, Role, User
from cases.lifecycle import State
from cases.services.group import post_message
from dispatch.guest_rules import GUEST_KINDS
from dispatch.lifecycle import UNSETTLED
from dispatch.models import Order, Whistle
from dispatch.services.guests import log_visit, make_link, revoke_link

TALK = (
    ("town", "现场情况已核实，请各单位按分工到场，材料发在这里。"),
    ("unit", "收到，今天下午两人到场。"),
    ("unit", "已看过现场，处置方案见附件，请街道（镇）确认。"),
    ("town", "同意方案，请注意错开早晚高峰，完工后补一张照片。"),
)
PLAN = "处置方案\n一、设置提示牌，提前一天告知居民。\n二、分两次清理，每次不超过两小时。\n三、完工后由社区复核。\n"
GROUPS, LINKS = 6, 3


def talk_and_link(until: datetime) -> None:
    """Let the newest whistles' groups exchange messages and hand out some orders by link."""
    whistles = Whistle.objects.filter(
        case__state__in=[State.WHISTLED, State.REPORTED], blown_at__lt=until - timedelta(hours=1)
    )
    for whistle in whistles.select_related("case", "blown_by").order_by("-blown_at")[:GROUPS]:
        _talk(whistle, until)
    orders = Order.objects.filter(unit__kind__in=GUEST_KINDS, state__in=UNSETTLED)
    orders = orders.filter(
        case__confidential=False, case__state__in=[State.WHISTLED, State.REPORTED]
    )
    for order in orders.select_related("whistle__blown_by").order_by("-issued_at")[:LINKS]:
        _link(order, until)


def _talk(whistle: Whistle, until: datetime) -> None:
    lead = whistle.orders.filter(role=Order.Part.LEAD).select_related("unit").first()
    unit = _person_of(lead) if lead else None
    at = max(whistle.blown_at + timedelta(minutes=20), until - timedelta(hours=5))
    for number, (who, text) in enumerate(TALK):
        actor = whistle.blown_by if who == "town" else unit
        if actor is None or at >= until:
            return
        plan = SimpleUploadedFile("处置方案.txt", PLAN.encode(), "text/plain")
        files = [plan] if number == 2 else []
        post_message(whistle.case_id, actor=actor, at=at, text=text, files=files)
        at += timedelta(minutes=25)


def _person_of(order: Order) -> User | None:
    held = Membership.objects.filter(unit=order.unit_id, role=Role.DEPARTMENT, user__is_active=True)
    post = held.select_related("user").order_by("pk").first()
    return post.user if post else None


def _link(order: Order, until: datetime) -> None:
    """Make a link that was opened twice, and one that was revoked."""
    made_at = max(order.issued_at + timedelta(minutes=5), until - timedelta(hours=6))
    if made_at >= until:
        return
    actor, agent = order.whistle.blown_by, "Mozilla/5.0 (Linux; Android 14) Mobile"
    link = make_link(order.pk, actor=actor, at=made_at, contact="抢修班王班长").link
    for minutes in (12, 95):
        at = made_at + timedelta(minutes=minutes)
        if at < until:
            log_visit(link, "open", at=at, address="10.20.8.15", agent=agent)
    old = make_link(order.pk, actor=actor, at=made_at, contact="值班室").link
    revoke_link(old.pk, actor=actor, at=min(made_at + timedelta(minutes=40), until))
