"""Put the measurements into words: every figure beside what it is measured against."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from bench.engine import FEW, Idle, Throughput
from bench.importing import Imported
from bench.lag import A_MINUTE, Lag
from bench.measure import Measured
from bench.months import Reckoned
from bench.plans import Plan


def head(title: str) -> str:
    """Return the head of a size's table."""
    columns = f"{'web : ORM':<22}{'web : SQL':<24}queries"
    return f"\n{title}\n{'':24}{'web/s':>8}{'ORM/s':>8}{'SQL/s':>8}   {columns}"


def line(one: Measured) -> str:
    """Return the rates of a scenario, each beside its baselines and its goal."""
    scenario = one.scenario
    rates = "".join(f"{one.middle(way):>8.0f}" for way in ("web", "orm", "sql"))
    goal = f"  goal {scenario.goal}/s" if scenario.goal else ""
    return (
        f"{scenario.title:<24}{rates}   {spread(one.ratios('orm')):<22}{spread(one.ratios('sql')):<24}"
        f"{one.queries} of {scenario.budget}{goal}"
    )


def spread(ratios: Sequence[float]) -> str:
    """Return the middle of sorted ratios, with the least and the greatest."""
    middle = ratios[len(ratios) // 2]
    return f"{middle:.3f} ({ratios[0]:.3f}–{ratios[-1]:.3f})"


def growth(small: Sequence[Measured], large: Sequence[Measured], times: int) -> str:
    """Return how each rate changes when there are `times` as many cases."""
    lines = [
        f"\nWith {times} times as many cases (1.0 is flat; the baselines' own change beside it)"
    ]
    for few, many in zip(small, large, strict=True):
        change = [many.middle(way) / few.middle(way) for way in ("web", "orm", "sql")]
        web, orm, sql = (f"{value:.2f}" for value in change)
        lines.append(f"{few.scenario.title:<24}web {web}   ORM {orm}   SQL {sql}")
    return "\n".join(lines)


def reckoning(found: Reckoned) -> str:
    """Return what reckoning a period costs beside plain SQL and the ORM."""
    lines = [
        ("whole report : the same sums by SQL", "report", "plain", "  goal: at most 1.5"),
        ("its own statements : the same", "statements", "plain", ""),
        ("whole report : its own statements", "report", "statements", ""),
        ("the towns’ scores : their sums by SQL", "towns", "plain towns", ""),
        ("whole report : sums of the towns alone", "report", "plain towns", ""),
        ("whole report : ORM sums of cases alone", "report", "orm", ""),
    ]
    head = f"\nReckoning {found.title} of {found.cases:,} cases anew, in turns; all plain sums are the report’s"
    told = [
        f"{label:<40}{spread(found.ratios(one, other))}{goal}"
        for label, one, other, goal in lines
        if other in found.times
    ]
    return "\n".join([head, *told])


def plan_table(found: Iterable[Plan]) -> str:
    """Return how each list is answered; times as multiples of the unfiltered list's."""
    plans = list(found)
    unit = plans[0].milliseconds
    lines = [f"\n{'Lists, as reader':<16}{'filter':<44}{'× plain':>8}  read"]
    for plan in plans:
        seen = ", ".join(
            [f"{share:.1%} of {name}" for name, share in plan.scanned.items()] + [*plan.indexes]
        )
        lines.append(
            f"{plan.reader:<16}{plan.query or '(none)':<44}{plan.milliseconds / unit:>8.1f}  {seen}"
        )
    bad = sum(plan.whole for plan in plans)
    lines.append(f"{len(plans)} lists, {bad} of them read a large table from end to end.")
    return "\n".join(lines)


def server_table(rates: Mapping[tuple[str, str], Sequence[float]], product: str) -> str:
    """Return each server's rate beside the product's own server, round by round."""
    lines = [f"\n{'server':<12}{'':24}{'requests/s':>12}   beside {product}"]
    for (title, name), found in rates.items():
        beside = sorted(a / b for a, b in zip(found, rates[title, product], strict=False))
        lines.append(f"{name:<12}{title:<24}{median(found):>12.0f}   {spread(beside)}")
    return "\n".join(lines)


def imported(found: Imported) -> str:
    """Return how quickly a history file is taken over beside COPY of the rows it becomes."""
    ratios = sorted(a / b for a, b in zip(found.ours, found.copy, strict=True))
    head = f"\nTaking over {found.rows:,} cases of an older system, {found.stored:,} rows of all tables"
    rates = f"{median(found.ours):,.0f} cases/s beside {median(found.copy):,.0f} by COPY"
    return f"{head} (goal: at least 0.5)\n{'import : COPY':<24}{spread(ratios):<24}{rates}"


def engine(idle: Iterable[Idle], done: Iterable[Throughput], lag: Lag, count: int) -> str:
    """Return what the engine gets done, what it costs at rest, and how late its notices are."""
    lines = [
        f"\nThe engine with {count:,} open clocks",
        f"{'':24}{'ours : SQL':<24}rows due at once",
    ]
    for one in done:
        ratios = sorted(a / b for a, b in zip(one.ours, one.sql, strict=True))
        lines.append(f"{one.title:<24}{spread(ratios):<24}{one.rows:,} ({median(one.ours):,.0f}/s)")
    lines.append(
        f"{'A sweep with nothing due':<32}{'ms':>6}  beside {FEW:,} open clocks; how it looks"
    )
    for rest in idle:
        flat = rest.many / rest.few
        lines.append(f"{rest.name:<32}{rest.many:>6.1f}  {flat:<6.2f} {rest.indexes}")
    lines.append(
        f"From due to done at {A_MINUTE:,} a minute, as a share of the rhythm of {lag.rhythm:g} s"
    )
    for title, which in (("breach and notice written", "written"), ("notice shown", "shown")):
        lines.append(f"{title:<32}p50 {lag.share(which, 50):.2f}   p95 {lag.share(which, 95):.2f}")
    return "\n".join(lines)
