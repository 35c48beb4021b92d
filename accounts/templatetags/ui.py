"""Template tags of the design system: icons, badges, times, masked values, charts."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.desks import page_url
from accounts.icons import drawing
from accounts.models import Notice
from accounts.notice_texts import ICONS, PAGES_OF_ONE, wording
from accounts.notice_texts import PAGES as NOTICE_PAGES
from accounts.spans import in_words, standing

register = template.Library()

STATE_TONES = {
    # cases
    "received": "blue",
    "handling": "violet",
    "whistled": "amber",
    "reported": "teal",
    "handled": "green",
    "rated": "green",
    "closed": "grey",
    "on_hold": "grey",
    "rejected": "grey",
    "merged": "grey",
    # orders
    "issued": "blue",
    "acknowledged": "violet",
    "finished": "green",
    "accepted": "green",
    "reviewed": "grey",
    "objected": "red",
    "withdrawn": "grey",
    # whistles, extensions, periods
    "open": "blue",
    "asked": "amber",
    "granted": "green",
    "upheld": "green",
    "refused": "red",
    "frozen": "grey",
}
URGENCY_TONES = {"urgent": "amber", "critical": "red"}
METER_WIDTH = 100


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """Draw an icon of @tabler/icons (outline). Hidden from screen readers unless it has a label."""
    voice = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" width="20" height="20" fill="none"'
        ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        ' focusable="false" {}>{}</svg>',
        css,
        voice,
        mark_safe(drawing(name)),  # noqa: S308 - an installed file, not a reader's words
    )


@register.simple_tag
def badge(label: object, tone: str = "grey", icon: str = "", title: str = "") -> SafeString:
    """Draw a label in one of the tones blue, green, amber, red, grey, violet, teal."""
    sign = globals()["icon"](icon, css="icon-sm") if icon else ""
    hint = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="tag tone-{}"{}>{}{}</span>', tone, hint, sign, label)


@register.simple_tag
def state_badge(thing: Any) -> SafeString:
    """Draw the state of a case, an order, a whistle: anything with `state` and its display.

    A problem case says so beside it, wherever its state is shown.
    """
    drawn = badge(thing.get_state_display(), tone=STATE_TONES.get(str(thing.state), "grey"))
    if getattr(thing, "problem_at", None) is None:
        return drawn
    return format_html("{} {}", drawn, badge(_("Problem case"), tone="red", icon="alert-octagon"))


@register.simple_tag
def urgency_badge(case: Any) -> SafeString | str:
    """Draw the urgency of a case where it is more than normal."""
    tone = URGENCY_TONES.get(str(case.urgency))
    return badge(case.get_urgency_display(), tone=tone, icon="urgent") if tone else ""


@register.inclusion_tag("components/clock_badge.html", takes_context=True)
def due_badge(
    context: template.Context,
    due: datetime | None,
    started: datetime | None = None,
    stopped: datetime | None = None,
    paused: bool = False,
    label: str = "",
) -> dict[str, Any]:
    """Draw what is left of a time limit; static/js/clocks.js keeps it going.

    Reckons from the context's `at` (a moment the view has read) or from now.
    """
    at = context.get("at")
    at = at if isinstance(at, datetime) else timezone.now()
    how = standing(due, at=at, started=started, stopped=stopped, paused=bool(paused))
    return {"how": how, "due": due, "started": started, "label": label, "live": _is_live(how.state)}


@register.inclusion_tag("components/clock_badge.html", takes_context=True)
def clock_badge(context: template.Context, clock: Any, show_kind: bool = False) -> dict[str, Any]:
    """Draw a clock row; an open clock without a due time is paused."""
    drawn = due_badge(
        context,
        clock.due_at,
        started=clock.started_at,
        stopped=clock.stopped_at,
        paused=clock.due_at is None,
        label=clock.get_kind_display() if show_kind else "",
    )
    return {**drawn, "provisional": getattr(clock, "provisional", False)}


def _is_live(state: str) -> bool:
    return state in {"running", "soon", "overdue"}


@register.simple_tag
def meter(
    value: float | Decimal | None, most: float = 100, label: str = "", tone: str = "blue"
) -> str:
    """Draw a thin bar. An SVG, because the content security policy forbids style attributes."""
    share = min(1.0, float(value or 0) / float(most)) if most else 0.0
    return format_html(
        '<svg class="meter tone-{}" viewBox="0 0 {} 6" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><rect class="meter-track" width="{}" height="6"/>'
        '<rect class="meter-fill" width="{}" height="6"/></svg>',
        tone,
        METER_WIDTH,
        label or f"{share:.0%}",
        METER_WIDTH,
        f"{share * METER_WIDTH:.1f}",
    )


@register.inclusion_tag("components/chart.html")
def chart(
    chart_id: str, data: dict[str, Any], kind: str = "line", title: str = ""
) -> dict[str, Any]:
    """Draw a chart of `{"labels", "series": [{"name", "values"}], "unit"?, "urls"?}` and its table."""
    series = data["series"]
    urls = data.get("urls") or [""] * len(data["labels"])
    columns = zip(*(line["values"] for line in series), strict=True)
    rows = [
        {"label": label, "url": url, "values": values}
        for label, url, values in zip(data["labels"], urls, columns, strict=True)
    ]
    return {
        "id": chart_id,
        "data": data,
        "kind": kind,
        "title": title,
        "rows": rows,
        "series": series,
    }


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Write a moment as short as it can be understood today; the whole stands in the tooltip."""
    if at is None:
        return "—"
    local, today = timezone.localtime(at), timezone.localdate()
    form = (
        "H:i" if local.date() == today else "m-d H:i" if local.year == today.year else "Y-m-d H:i"
    )
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "Y-m-d H:i:s"),
        date_format(local, form),
    )


@register.filter
def percent(rate: float | Decimal | None) -> str:
    """Write a rate given in percent with two decimals; what was not measured is a dash."""
    return "—" if rate is None or rate == "" else f"{Decimal(str(rate)):.2f}%"


@register.filter
def duration(span: timedelta | float | None) -> str:
    """Write a span (a timedelta, or seconds) in words."""
    if span is None:
        return "—"
    return in_words(span if isinstance(span, timedelta) else timedelta(seconds=span))


@register.filter
def notice_text(notice: Notice) -> str:
    """Write a notice in the reader's language."""
    return wording(notice)


@register.simple_tag
def notice_icon(kind: str) -> str:
    """Name the icon of a kind of notice."""
    return ICONS.get(kind, "bell")


@register.simple_tag
def notice_url(notice: Notice) -> str:
    """Return where a notice leads: to its page, else to its case; nowhere where it has neither."""
    if url := page_url(NOTICE_PAGES.get(notice.kind, "")):
        return url
    if notice.kind in PAGES_OF_ONE and "id" in notice.params:
        return page_url(PAGES_OF_ONE[notice.kind], notice.params["id"]) or ""
    return reverse("cases:detail", args=[notice.case_number]) if notice.case_number else ""


@register.filter
def as_json(value: Any) -> str:
    """Write a value as JSON for a data attribute (the template escapes it)."""
    return json.dumps(value, ensure_ascii=False)


@register.simple_tag(takes_context=True)
def block_again(context: template.Context, name: str) -> SafeString | str:
    """Draw a block of the page a second time: the title, once in the tab and once as the heading."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return block.nodelist.render(context) if block else ""


@register.simple_tag
def language_names() -> list[dict[str, str]]:
    """List the languages of the screens, each under its own name."""
    return [{"code": "zh-hans", "name": "中文"}, {"code": "en", "name": "English"}]
