"""Screens of directives, matters, meetings, dockets and papers, with something on each."""

from dispatch.models import Paper, UnclaimedMatter
from dispatch.services.dockets import freeze_docket
from dispatch.services.meetings import close_meeting
from dispatch.services.papers import publish_bulletin
from dispatch.weeks import Week
from tests.cast import Stage
from tests.dispatch.papers import directive, entry, matter, meeting, ruled


def directed(stage: Stage) -> list[str]:
    """Direct, meet, rule, freeze and publish; return the screens for the supervisor."""
    centre = stage.who("supervisor")
    case = stage.case()
    one = directive(stage, case=case)
    entry(stage, one, "progress", "department3", percent=40)
    done = entry(stage, directive(stage), "done", "department3")
    settled, waits = matter(stage, case=case), matter(stage)
    held = meeting(stage, settled)
    ruled(stage, settled, lasting=True)
    close_meeting(held.pk, actor=centre, at=stage.at, minutes="逐件议定。", present="各部门")
    coming = meeting(stage, waits)
    publish_bulletin(
        actor=centre, at=stage.at, title="督查专报", text="总体平稳", directives=[one.pk]
    )
    docket = freeze_docket(Week.of(stage.at), actor=centre, at=stage.at)
    bulletin = Paper.objects.get(form="inspection")
    assert UnclaimedMatter.objects.count() == 2
    return [
        "/directives/",
        "/directives/new/",
        f"/directives/{done.pk}/",
        "/matters/",
        "/matters/?tab=ruled",
        "/matters/new/",
        f"/matters/{settled.pk}/",
        f"/matters/{waits.pk}/",
        "/meetings/",
        "/meetings/new/",
        f"/meetings/{held.pk}/",
        f"/meetings/{coming.pk}/",
        "/dockets/",
        "/papers/",
        "/papers/new/",
        f"/papers/{bulletin.pk}/",
        f"/papers/{docket.pk}/",
    ]
