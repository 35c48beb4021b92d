"""Supervision documents (催办通知书、提醒函、交办单、督办单、通报): numbered, addressed, answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.services.notices import ANSWERING_ROLES
from cases.lifecycle import ClockKind
from cases.models import Case, Clock
from dispatch.models.whistles import Order


class Standing(StrEnum):
    """How it stands with a document's answer."""

    NONE = ""
    OPEN = "open"
    LATE = "late"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered_late"
    ENDED = "ended"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> "DocumentQuerySet":
        """Return what the user may see: the district's desks all, a unit's people what is addressed or
        copied to it, everybody the documents about cases they see."""
        if user.sees_district:
            return self.exclude(case__in=Case.objects.hidden_from(user))
        units = [post.unit_id for post in user.posts]
        copied = Document.cc.through.objects.filter(document=OuterRef("pk"), unit__in=units)
        seen = Case.objects.visible_to(user).filter(pk=OuterRef("case"))
        own = self.exclude(case__in=Case.objects.hidden_from(user))
        return own.filter(Q(unit__in=units) | Q(Exists(copied)) | Q(Exists(seen)))

    def unanswered(self) -> "DocumentQuerySet":
        """Return the documents whose answer is still awaited."""
        return self.filter(answer_clock__isnull=False, answer_clock__stopped_at=None)

    def late(self, at: datetime) -> "DocumentQuerySet":
        """Return those of them whose time to answer has run out."""
        return self.unanswered().filter(answer_clock__due_at__lt=at)

    def to_answer(self, user: User) -> "DocumentQuerySet":
        """Return the documents that wait for an answer of the user's units."""
        units = user.units_of(*ANSWERING_ROLES)
        running = Clock.objects.running().filter(unit__in=units, kind=ClockKind.ANSWER)
        return self.filter(unit__in=units, answer_clock__in=running)

    def with_leave(self, user: User) -> "DocumentQuerySet":
        """Say of each document whether the user may open its case (`sees_case`): a copy gives no right to it."""
        seen = Case.objects.visible_to(user).filter(pk=OuterRef("case"))
        return self.annotate(sees_case=Exists(seen))

    def for_list(self) -> "DocumentQuerySet":
        shown = self.select_related("case", "unit", "clock", "answer_clock").defer("sheet")
        return shown.order_by("-issued_at", "-pk")


class Document(models.Model):
    """One document, written once when a rung of a clock's ladder was due, and never changed after.

    `sheet` is the text as issued. `issued_at` and `due_was` are the true times, `written_at` is when
    the sweep wrote it. Only the answer is added later.
    """

    class Form(models.TextChoices):
        URGE = "urge", _("Urging notice")
        REMINDER = "reminder", _("Reminder letter")
        ASSIGNMENT = "assignment", _("Assignment notice")
        SUPERVISION = "supervision", _("Supervision notice")
        BULLETIN = "bulletin", _("Public notice")

    class Colour(models.TextChoices):
        BLUE = "blue", _("Blue")
        YELLOW = "yellow", _("Yellow")
        RED = "red", _("Red")

    form = models.CharField(_("form"), max_length=12, choices=Form.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    seq = models.PositiveIntegerField(_("number in the year"))
    number = models.CharField(_("document number"), max_length=40)
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="documents", db_index=False)
    climb = models.PositiveSmallIntegerField()
    rung = models.PositiveSmallIntegerField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="documents", db_index=False)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, related_name="documents", db_index=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="documents", db_index=False)
    cc = models.ManyToManyField(Unit, related_name="documents_copied", verbose_name=_("copied to"))
    colour = models.CharField(_("colour"), max_length=6, choices=Colour.choices, blank=True)
    due_was = models.DateTimeField(_("was due at"))
    issued_at = models.DateTimeField(_("issued at"))
    written_at = models.DateTimeField(_("written at"))
    sheet = models.JSONField[dict[str, Any]](_("text"))
    answer_clock = models.OneToOneField(Clock, models.PROTECT, null=True, related_name="answers")
    answer_due_at = models.DateTimeField(_("answer due at"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["form", "year", "seq"], name="document_number_once"),
            models.UniqueConstraint(fields=["clock", "climb", "rung"], name="document_rung_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="document_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(answer_clock=None, answer_due_at=None, answered_at=None)
                | Q(answer_clock__isnull=False, answer_due_at__isnull=False),
                name="document_answer_was_asked",
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_at", "-id"], name="document_newest"),
            models.Index(fields=["unit", "-issued_at", "-id"], name="document_of_unit"),
            models.Index(fields=["case"], name="document_of_case"),
        ]

    def __str__(self) -> str:
        return self.number

    def standing(self, at: datetime) -> Standing:
        """Tell how it stands with the answer; reads the answer's clock."""
        clock = self.answer_clock
        if clock is None:
            return Standing.NONE
        if self.answered_at is not None:
            late = clock.breached_at is not None
            return Standing.ANSWERED_LATE if late else Standing.ANSWERED
        if clock.stopped_at is not None:
            return Standing.ENDED
        return Standing.LATE if clock.due_at is not None and clock.due_at < at else Standing.OPEN


class DocumentCounter(models.Model):
    """The last number given to a form in a year. Its row is locked until the numbers are used."""

    form = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "year"], name="document_counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.year}: {self.last}"
