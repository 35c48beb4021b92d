"""The lines of a working on which a unit lost most of its score, as its sheet names them."""

from fractions import Fraction
from typing import Any

from django.db.models import Q

from assessment.papers.ranks import PARTS
from assessment.papers.saying import ANSWERS as COUNTED
from assessment.papers.saying import period_words
from assessment.papers.sheets import MOST_LOST, Lost
from assessment.scoring import half_up
from assessment.services.working_parts import NOTHING
from cases.models import Case
from dispatch.sheets import NAMES

Row = dict[str, Any]
GUARDED = "涉密诉求"
"""In place of the number of a confidential case or a report of wrongdoing."""


def lost_of(working: Row) -> list[Lost]:
    """Return the lines of a working on which the unit lost most of its score; guarded cases are not named."""
    found = []
    for name, part in working["parts"].items():
        weight = Fraction(str(part.get("weight", 1)))
        for line in part["contributions"]:
            loss = _loss(line["points"], part["count"])
            if loss * weight > 0:
                found.append((loss * weight, name, line))
    found.sort(key=lambda one: (-one[0], one[1], str(one[2].get("case", ""))))
    shown = found[:MOST_LOST]
    numbers = [str(line.get("case", "")) for _loss, _name, line in shown]
    told = Q(confidential=True) | Q(kind=Case.Kind.REPORT)
    guarded = Case.objects.filter(told, number__in=numbers).values_list("number", flat=True)
    hidden = set(guarded)
    return [
        Lost(PARTS.get(name, name), _named(line, hidden), _got(line["points"]), _note(line))
        for _loss, name, line in shown
    ]


def _loss(points: str, count: int) -> Fraction:
    """Return what a line takes from its part: its points below 0, or what its share of the mean lacks to 100."""
    if points == NOTHING:
        return Fraction(0)
    exact = Fraction(points)
    return -exact if exact < 0 else (100 - exact) / max(count, 1)


def _got(points: str) -> str:
    return f"{half_up(Fraction(points))}".replace("-", "−")


def _named(line: Row, hidden: set[str]) -> str:
    """Name the paper or the case of a line."""
    number = str(line.get("case") or "")
    if number in hidden:
        return GUARDED
    if document := line.get("document"):
        return str(document)
    return f"{number}号诉求" if number else f"领导评分（{period_words(line['period'])}）"


LIMITS = {"acknowledge": "签收超时", "report_in": "报到超时", "finish": "办结超时"}
ANSWERS = COUNTED | {"yes": "解决", "partly": "部分解决"}


def _note(line: Row) -> str:
    """Say why the line has the points it has."""
    if "limit" in line:
        return LIMITS.get(line["limit"], str(line["limit"]))
    if "satisfied" in line and "resolved" in line:
        said = ["" if line.get("contacted") else "未联系"]
        said += [ANSWERS.get(line[name], "") for name in ("resolved", "satisfied")]
        return "，".join(filter(None, said))
    if "form" in line:
        return NAMES.get(line["form"], "")
    if "arrival" in line:
        return f"到场{line['arrival']}、态度{line['attitude']}、结果{line['result']}"
    return "退单异议被驳回" if Fraction(line["points"]) < 0 else ""
