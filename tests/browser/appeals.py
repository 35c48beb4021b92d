"""Claims and marks both ways, so that their screens have something to show."""

from assessment.models import Review
from assessment.services.claims import ask
from assessment.services.review_answers import answer_review
from tests.assessment.appeals import appeal, items, missed, reviewed, town_claims
from tests.cast import Stage


def contested(stage: Stage) -> dict[str, list[str]]:
    """Raise claims in several states and object to marks; return who looks at which screens."""
    items()
    asked, passed = town_claims(stage), reviewed(stage, town_claims(stage), "yes")
    rejected = reviewed(stage, town_claims(stage), "no")
    clock = missed(stage)
    late = ask(clock.case_id, appeal(clock), actor=stage.who("department3"), at=stage.at)
    other = missed(stage)
    marks = Review.objects.order_by("pk").first()
    assert marks
    words = {"kind": "object", "text": "按时到场，有签到记录"}
    answer_review(marks.order_id, actor=stage.who("department3"), at=stage.at, **words)
    fresh = stage.case().number
    return {
        "town": [f"/cases/{fresh}/claims/new/", f"/claims/{rejected.pk}/", "/claims/"],
        "department3": [
            f"/cases/{other.case.number}/claims/new/?clock={other.pk}",
            f"/orders/{marks.order_id}/whistle-mark/",
            "/reviews/?tab=answered",
        ],
        "supervisor": [
            "/claims/?tab=review",
            f"/claims/{asked.pk}/",
            f"/claims/{late.pk}/",
            f"/orders/{marks.order_id}/review/",
            "/reviews/?tab=rule",
        ],
        "assessor": [f"/claims/{passed.pk}/"],
        "leader": ["/leader-marks/2026-03/"],
    }
