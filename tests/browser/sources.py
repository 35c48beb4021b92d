"""What comes in beside cases, for the screens that show it."""

from datetime import timedelta

from cases.models import Case
from cases.services.clues import Sighting, receive_clue
from cases.services.commendations import commend
from cases.services.splitting import Matter, add_matter
from cases.services.steps import advance
from cases.services.urging import urge
from grids.places import Place
from tests.cast import GRID, Stage


def sources(stage: Stage) -> list[str]:
    """Bring in a clue and praise, and let a resident urge; return the screens that show them."""
    operator = stage.who("operator")
    commend(actor=operator, at=stage.at, unit="CGW", person="老马", text="井盖当天就换好了")
    seen = stage.at - timedelta(hours=9)
    sighting = Sighting("卫片图斑", "TB-0415", "疑似违建", "新增彩钢板房", seen, category="0101")
    clue, _new = receive_clue(
        sighting, place=Place(GRID, 116.685, 39.925), actor=operator, at=stage.at
    )
    urged = stage.case()
    urge(urged.pk, actor=operator, at=stage.at, words="还没有人来")
    return [
        "/clues/",
        f"/commendations/?month={stage.at:%Y-%m}",
        "/exits/",
        f"/cases/{clue.case.number}/",
        f"/cases/{urged.number}/more/",
    ]


def one_call(stage: Stage) -> Case:
    """Return a handled case whose call brought another that is handled and one that is not; merge a
    look-alike into it."""
    first, town, operator = stage.case(), stage.who("town"), stage.who("operator")
    others = [
        add_matter(first.number, Matter("0303", text), actor=operator, at=stage.at)
        for text in ("电梯停运", "电梯无检验标志")
    ]
    twin = stage.case()
    advance(twin.pk, "merge", actor=operator, at=stage.at, into=first.number)
    for case in (first, others[0]):
        advance(case.pk, "handle", actor=town, at=stage.at)
        advance(case.pk, "finish", actor=town, at=stage.at, result="已处理")
    return first
