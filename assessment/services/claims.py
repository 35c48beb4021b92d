"""Claims: a unit asks that a case is not counted (不计入考核) or a missed limit not charged (超时申诉).

Two people of the district review each claim, one after the other; a refusal at either end ends it. A claim
is never changed afterwards: a new decision is a new claim. What is decided is carried out by
`cases.services.counting` and by nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from assessment.models import Claim, ExclusionItem
from assessment.models.claims import CLAIMING
from assessment.services.claim_notices import tell_decided, tell_waiting
from cases.models import Attachment, Case, Clock
from cases.services.counting import exempt_clock, set_counted
from cases.services.locks import lock_case
from cases.services.photos import Photo, keep_photos
from dispatch.models import Order, OrderState

STEP = "claim"
"""The step under which the photos of a claim are kept with its case."""

LONGEST_WORDS = 2000
PENDING = (Claim.State.ASKED, Claim.State.PASSED)
REVIEWERS = {Claim.State.ASKED: Role.SUPERVISOR, Claim.State.PASSED: Role.ASSESSOR}
"""Who reviews a claim in which state: first the command centre, then the assessor."""


@dataclass(frozen=True, slots=True)
class Plea:
    """What is claimed: a case under an item of the list, or one missed limit, with facts and proof."""

    kind: str
    unit: str
    basis: str
    evidence: str
    item: str = ""
    clock: int | None = None


def units_claiming(user: User, case: Case) -> list[Unit]:
    """Return the user's units that may claim something for the case: see `units_excluding`, and who missed
    a limit in it."""
    mine = {post.unit_id: post.unit for post in user.posts if post.role in CLAIMING}
    if not mine or not Case.objects.visible_to(user).filter(pk=case.pk).exists():
        return []
    units = list(mine.values())
    timed = Clock.objects.filter(case=case, unit__in=units, breached_at__isnull=False)
    missed = set(timed.values_list("unit_id", flat=True))
    whole = units_excluding(units, case)
    return [unit for unit in units if unit in whole or unit.pk in missed]


def units_excluding(units: Sequence[Unit], case: Case) -> list[Unit]:
    """Return those of the units that may claim the whole case: its town, and who has a live order in it."""
    orders = Order.objects.filter(case=case, unit__in=units)
    live = set(orders.exclude(state=OrderState.WITHDRAWN).values_list("unit_id", flat=True))
    return [unit for unit in units if unit.pk in live or _is_town_of(unit, case)]


def _is_town_of(unit: Unit, case: Case) -> bool:
    return unit.kind == Unit.Kind.TOWN and unit.area == case.town_id


def items_for(case: Case) -> list[ExclusionItem]:
    """Return the items of the list that were valid on the day the case was received."""
    day = timezone.localtime(case.received_at).date()
    valid = ExclusionItem.objects.filter(valid_from__lte=day)
    return list(valid.filter(Q(valid_to=None) | Q(valid_to__gte=day)))


def limits_to_appeal(case: Case, units: Sequence[Unit]) -> list[Clock]:
    """Return the missed limits of the units in the case that no claim stands for, the oldest first."""
    missed = Clock.objects.filter(
        case=case, unit__in=units, breached_at__isnull=False, exempt_at=None
    )
    spoken_for = Claim.objects.filter(case=case, kind=Claim.Kind.OVERDUE)
    taken = spoken_for.exclude(state=Claim.State.WITHDRAWN).values("clock")
    return list(missed.exclude(pk__in=taken).select_related("unit").order_by("due_at", "pk"))


@transaction.atomic
def ask(
    case_pk: int, plea: Plea, *, actor: User, at: datetime, photos: Sequence[Photo] = ()
) -> Claim:
    """Raise a claim for one's unit. A case of any period may be claimed for, a frozen one too.

    Raise `PermissionDenied` (403) where it is not the actor's to claim, `BadInput` (400) where something is
    missing, `StepRefused` (409) where a claim stands already or nothing is to be claimed.
    """
    case = lock_case(case_pk)
    unit = next((u for u in units_claiming(actor, case) if u.code == plea.unit), None)
    if unit is None:
        raise PermissionDenied(_("Only the case's town or a unit summoned to it claims for it."))
    basis, evidence = _said(plea)
    item = clock = None
    if plea.kind == Claim.Kind.EXCLUSION:
        item = _item(case, unit, plea.item)
    elif plea.kind == Claim.Kind.OVERDUE:
        clock = _limit(case, unit, plea.clock)
    else:
        raise BadInput({"kind": _("Claim that the case is not counted, or a limit not charged.")})
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                kind=plea.kind,
                case=case,
                clock=clock,
                item=item,
                unit=unit,
                basis=basis,
                evidence=evidence,
                asked_by=actor,
                asked_at=at,
            )
    except IntegrityError:
        raise StepRefused(_("A claim stands for this already.")) from None
    keep_photos(case, photos, step=STEP, actor=actor, at=at)
    tell_waiting(claim, at)
    return claim


def _said(plea: Plea) -> tuple[str, str]:
    said = {"basis": plea.basis.strip(), "evidence": plea.evidence.strip()}
    wrong = {name: _("Write this; a claim without it cannot be reviewed.") for name in said}
    wrong = {name: text for name, text in wrong.items() if not said[name]}
    most = _("At most %(count)s characters.") % {"count": LONGEST_WORDS}
    wrong |= {name: most for name, text in said.items() if len(text) > LONGEST_WORDS}
    if wrong:
        raise BadInput(wrong)
    return said["basis"], said["evidence"]


def _item(case: Case, unit: Unit, code: str) -> ExclusionItem:
    if not units_excluding([unit], case):
        raise PermissionDenied(_("Only the case's town or a unit summoned to it claims for it."))
    item = next((one for one in items_for(case) if one.code == code), None)
    if item is None:
        raise BadInput({"item": _("Choose an item of the list valid when the case was received.")})
    if not case.counted:
        raise StepRefused(_("This case is not counted already."))
    return item


def _limit(case: Case, unit: Unit, pk: int | None) -> Clock:
    clock = Clock.objects.filter(pk=pk or 0, case=case, unit=unit).first()
    if clock is None:
        raise BadInput({"clock": _("Choose a missed time limit of your own unit.")})
    if clock.breached_at is None:
        raise StepRefused(_("This time limit was not missed."))
    return clock


@transaction.atomic
def review(pk: int, *, approve: bool, words: str, actor: User, at: datetime) -> Claim:
    """Review a claim: the first time by the command centre, the second by the assessor; then it holds.

    Raise `PermissionDenied` for everybody else, those of the claiming unit and whoever asked or reviewed
    before included; `StepRefused` where nothing is to be reviewed.
    """
    claim = lock_claim(pk)
    check_reviewer(claim, actor)
    said = words.strip()
    if not said:
        raise BadInput({"words": _("Give the reason of your review.")})
    if len(said) > LONGEST_WORDS:
        most = _("At most %(count)s characters.") % {"count": LONGEST_WORDS}
        raise BadInput({"words": most})
    if claim.state == Claim.State.ASKED:
        claim.first_words, claim.first_by, claim.first_at = said, actor, at
        claim.state = Claim.State.PASSED if approve else Claim.State.REJECTED
    else:
        claim.second_words, claim.second_by, claim.second_at = said, actor, at
        claim.state = Claim.State.APPROVED if approve else Claim.State.REJECTED
    claim.save()
    if claim.state == Claim.State.APPROVED:
        _carry_out(claim, actor, at)
    if claim.state == Claim.State.PASSED:
        tell_waiting(claim, at)
    tell_decided(claim, said, at)
    return claim


def _carry_out(claim: Claim, actor: User, at: datetime) -> None:
    if claim.item is not None:
        basis = f"{claim.item.title}（{claim.item.basis}）"
        set_counted(
            claim.case_id,
            counted=False,
            actor=actor,
            at=at,
            reason=claim.second_words,
            basis=basis,
            unit_id=claim.unit_id,
        )
    elif claim.clock_id is not None:
        words, basis = claim.second_words, claim.basis[:300]
        exempt_clock(claim.clock_id, actor=actor, at=at, reason=words, basis=basis)


@transaction.atomic
def withdraw(pk: int, *, actor: User, at: datetime) -> Claim:
    """Take back a claim of one's unit that is not decided yet."""
    claim = lock_claim(pk)
    if not may_withdraw_of(claim, actor):
        raise PermissionDenied(_("Only the unit that claims takes its claim back."))
    if claim.state not in PENDING:
        raise StepRefused(_("This claim has been decided."))
    claim.state = Claim.State.WITHDRAWN
    claim.save(update_fields=["state"])
    return claim


def lock_claim(pk: int) -> Claim:
    """Lock the claim's case, then the claim."""
    lock_case(Claim.objects.values_list("case_id", flat=True).get(pk=pk))
    rows = Claim.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("case", "unit", "item", "clock").get(pk=pk)


def may_withdraw_of(claim: Claim, user: User) -> bool:
    """Tell whether the user speaks for the claiming unit."""
    return user.holds_in(claim.unit_id, *CLAIMING)


def check_reviewer(claim: Claim, user: User) -> None:
    """Raise `PermissionDenied` where the review is not the user's, `StepRefused` where none is awaited."""
    if not Claim.objects.visible_to(user).filter(pk=claim.pk).exists():
        raise PermissionDenied(_("This claim is not for you to review."))
    check_reviewing(claim, user)


def check_reviewing(claim: Claim, user: User) -> None:
    """Ask the same of a claim that the user is known to see."""
    if not user.holds(*REVIEWERS.values()):
        raise PermissionDenied(_("The command centre reviews claims first, then the assessor."))
    if any(post.unit_id == claim.unit_id for post in user.posts) or claim.asked_by_id == user.pk:
        raise PermissionDenied(_("Nobody reviews a claim of their own unit."))
    if claim.state not in PENDING:
        raise StepRefused(_("This claim has been decided."))
    if not user.holds(REVIEWERS[Claim.State(claim.state)]):
        raise PermissionDenied(_("The command centre reviews claims first, then the assessor."))
    if claim.first_by_id == user.pk:
        raise PermissionDenied(_("The second review is another person's."))


def may_review(claim: Claim, user: User) -> bool:
    """Tell whether the review now awaited of a claim the user sees is theirs to give."""
    try:
        check_reviewing(claim, user)
    except (PermissionDenied, StepRefused):
        return False
    return True


def steps_of(claim: Claim, user: User) -> list[str]:
    """Return what the user, who sees the claim, may do with it now: `review`, `withdraw`."""
    withdraws = claim.state in PENDING and may_withdraw_of(claim, user)
    return [
        step for step, may in (("review", may_review(claim, user)), ("withdraw", withdraws)) if may
    ]


def check_claiming(user: User, case: Case) -> None:
    """Raise `PermissionDenied` where no unit of the user may claim anything for the case."""
    if not units_claiming(user, case):
        raise PermissionDenied(_("Only the case's town or a unit summoned to it claims for it."))


def photos_of(claim: Claim) -> list[Attachment]:
    """Return the photos that were given with the claim."""
    kept = Attachment.objects.filter(case=claim.case_id, step=STEP, at=claim.asked_at)
    return list(kept.filter(uploaded_by=claim.asked_by_id).order_by("pk"))
