"""Hot spots, topics and questions about figures, for the screens that show them."""

from assessment.services.topic_corrections import correct_topic
from assessment.services.topics import enter
from tests.assessment.test_topics_on_screen import question, spot, topic
from tests.cast import Stage


def proactive(stage: Stage) -> list[str]:
    """Find hot spots, work on a topic, ask questions; return the screens that show them."""
    found, asked = spot(), question(stage)
    spot(category="0303", dismissed="已公告停梯检修")
    question(stage, "", 2, kind="mass_rating", facts={"count": 6, "seconds": 150, "via": "phone"})
    under_way = topic(stage)
    enter(under_way.pk, actor=stage.who("department3"), at=stage.at, text="已划线立牌")
    centre = stage.who("supervisor")
    changes = {"title": "消防通道堵塞专题"}
    correct_topic(under_way.pk, actor=centre, at=stage.at, reason="名称写全", changes=changes)
    return [
        "/hot-spots/",
        "/hot-spots/searches/",
        f"/hot-spots/searches/{found.search_id}/",
        f"/hot-spots/{found.pk}/",
        "/topics/",
        f"/topics/new/?spot={found.pk}",
        f"/topics/{under_way.pk}/",
        f"/topics/{under_way.pk}/correct/",
        "/signs/",
        f"/signs/{asked.pk}/",
    ]
