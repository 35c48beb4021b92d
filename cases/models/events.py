"""What happened, appended and never edited: timeline, audit and input of scoring at once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from cases.models.cases import Case


class CaseEvent(models.Model):
    """One thing that happened to a case. A database trigger refuses to change or delete it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False)
    step = models.CharField(_("step"), max_length=24)
    state = models.CharField(_("state"), max_length=10)
    round = models.PositiveSmallIntegerField(_("round"))
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    order_ref = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["case", "at", "id"], name="event_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step} {self.at:%F %T}"


class Callback(models.Model):
    """One attempt to hear from the resident whether the matter was solved."""

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        NO_ANSWER = "no_answer", _("No answer")
        REFUSED = "refused", _("Refused")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        NOT_POSSIBLE = "not_possible", _("Callback not possible")

    class Resolved(models.TextChoices):
        YES = "yes", _("Solved")
        PARTLY = "partly", _("Partly solved")
        NO = "no", _("Not solved")

    class Satisfied(models.TextChoices):
        VERY_SATISFIED = "very_satisfied", _("Very satisfied")
        SATISFIED = "satisfied", _("Satisfied")
        BASIC = "basic", _("Basically satisfied")
        DISSATISFIED = "dissatisfied", _("Dissatisfied")
        VERY_DISSATISFIED = "very_dissatisfied", _("Very dissatisfied")

    class Via(models.TextChoices):
        PHONE = "phone", _("By phone")
        LINK = "link", _("By link")

    case = models.ForeignKey(Case, models.PROTECT, related_name="callbacks", db_index=False)
    round = models.PositiveSmallIntegerField(_("round"))
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    via = models.CharField(max_length=5, choices=Via.choices, default=Via.PHONE)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    contacted = models.BooleanField(_("the unit contacted the resident"), null=True)
    resolved = models.CharField(_("resolved"), max_length=6, choices=Resolved.choices, blank=True)
    satisfied = models.CharField(
        _("satisfied"), max_length=17, choices=Satisfied.choices, blank=True
    )
    words = models.TextField(_("the resident's words"), blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round", "attempt"], name="callback_attempt_once"
            ),
            models.UniqueConstraint(
                fields=["case", "round"],
                condition=models.Q(outcome="reached"),
                name="callback_reached_once_a_round",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(outcome="reached", contacted__isnull=False)
                    & (
                        ~models.Q(resolved="") & ~models.Q(satisfied="")
                        # an older system (`import_history`) did not ask everything
                        | models.Q(via="phone", agent=None)
                    )
                )
                | (
                    ~models.Q(outcome="reached")
                    & models.Q(contacted=None, resolved="", satisfied="")
                ),
                name="callback_answers_iff_reached",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="callback_at")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Return where the file is kept: below the case's number, under a random name."""
    return f"cases/{attachment.case.number}/{attachment.token}.jpg"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> "AttachmentQuerySet":
        """Return the attachments of the cases the user may see."""
        return self.filter(case__in=Case.objects.visible_to(user))


class Attachment(models.Model):
    """A photo of a case: re-encoded on arrival, position and other metadata removed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    step = models.CharField(max_length=24)
    order_ref = models.BigIntegerField(null=True)
    item_ref = models.BigIntegerField(null=True)
    token = models.UUIDField(unique=True)
    file = models.ImageField(_("photo"), upload_to=attachment_path)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return str(self.token)
