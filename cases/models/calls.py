"""What comes in beside cases: calls that hold several, urging, commendations, clues of machines."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Unit, User
from cases.models.cases import Case
from grids.models import Area


class Call(models.Model):
    """One call that brought several cases; its caller is called back once for all of them."""

    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")

    def __str__(self) -> str:
        return f"{self.received_at:%F %T}"


class UrgeQuerySet(models.QuerySet["Urge"]):
    def visible_to(self, user: User) -> "UrgeQuerySet":
        """Return the urgings of the cases the user may see."""
        return self.filter(case__in=Case.objects.visible_to(user))


class Urge(models.Model):
    """A resident asks again how their case stands (催办): attached to the case, never a new one.

    `told` is the unit that held the next time limit; it was `notified` unless it had just been.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="urges")
    words = models.CharField(_("the resident's words"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    told = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("told"))
    notified = models.BooleanField(_("notice sent"), default=True)

    objects = UrgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("urging")
        verbose_name_plural = _("urgings")

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F %T}"


PRAISED_ROLES = (Role.TOWN, Role.COMMUNITY, Role.GRIDHEAD, Role.DEPARTMENT)


class CommendationQuerySet(models.QuerySet["Commendation"]):
    def visible_to(self, user: User) -> "CommendationQuerySet":
        """Return the praise the user may read: all of it at the district's desks, elsewhere one's own unit's."""
        if user.sees_district:
            return self
        return self.filter(unit__in=user.units_of(*PRAISED_ROLES))


class Commendation(models.Model):
    """A resident's praise (表扬工单): counted and shown, never a case."""

    number = models.CharField(_("number"), max_length=24, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Case.Channel.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="commendations", verbose_name=_("unit commended")
    )
    person = models.CharField(_("person commended"), max_length=40, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="commendations"
    )
    text = models.TextField(_("text"))
    caller_name = models.CharField(_("caller's name"), max_length=40, blank=True)
    caller_phone = models.CharField(_("caller's phone"), max_length=20, blank=True)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = CommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("commendation")
        verbose_name_plural = _("commendations")
        indexes = [models.Index(fields=["-received_at", "-id"], name="commendation_newest")]

    def __str__(self) -> str:
        return self.number


class ClueQuerySet(models.QuerySet["Clue"]):
    def standing(self, standing: str) -> "ClueQuerySet":
        """Return the clues that stand so."""
        if standing == Clue.Standing.OPEN:
            return self.filter(answered_at=None)
        collected = standing == Clue.Standing.COLLECTED
        return self.filter(answered_at__isnull=False, collected_at__isnull=not collected)

    def visible_to(self, user: User) -> "ClueQuerySet":
        """Return the clues whose cases the user may see."""
        if user.sees_district:
            return self.exclude(case__in=Case.objects.hidden_from(user))
        return self.filter(case__in=Case.objects.visible_to(user))


class Clue(models.Model):
    """What a satellite, a sensor or another platform saw (图斑等线索), closed in the loop.

    It becomes a case; when the case has ended the source fetches the outcome and says so.
    """

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed and put right")
        LAWFUL = "lawful", _("Checked and lawful")
        NOT_FOUND = "not_found", _("Not found on the spot")

    class Standing(models.TextChoices):
        OPEN = "open", _("Being looked into")
        ANSWERED = "answered", _("Answered, not taken back yet")
        COLLECTED = "collected", _("Taken back by the source")

    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("outside reference"), max_length=80)
    kind = models.CharField(_("kind of clue"), max_length=40)
    text = models.TextField(_("text"))
    observed_at = models.DateTimeField(_("observed at"))
    evidence_url = models.URLField(_("evidence"), max_length=500, blank=True)
    confidence = models.DecimalField(
        _("confidence"), max_digits=4, decimal_places=3, null=True, blank=True
    )
    case = models.OneToOneField(Case, models.PROTECT, related_name="clue")
    received_at = models.DateTimeField(_("received at"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    collected_at = models.DateTimeField(_("taken back by the source at"), null=True, blank=True)

    objects = ClueQuerySet.as_manager()

    class Meta:
        verbose_name = _("clue")
        verbose_name_plural = _("clues")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="clue_once"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None)
                | (~Q(outcome="") & Q(answered_at__isnull=False)),
                name="clue_answered_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "-received_at"], name="clue_of_source"),
            models.Index(fields=["-received_at", "-id"], name="clue_newest"),
            models.Index(
                fields=["source", "answered_at"],
                name="clue_to_collect",
                condition=Q(answered_at__isnull=False, collected_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"

    @property
    def standing(self) -> "Clue.Standing":
        if self.answered_at is None:
            return Clue.Standing.OPEN
        return Clue.Standing.COLLECTED if self.collected_at else Clue.Standing.ANSWERED
