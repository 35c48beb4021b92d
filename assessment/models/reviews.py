"""Marks both ways: the blower's of an order (一哨一评), the department's of the whistle, the leaders'."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Unit, User
from assessment.access import reads_figures
from dispatch.models import Order


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Return the reviews of the orders the user may see."""
        return self.filter(order__in=Order.objects.visible_to(user))


class Review(models.Model):
    """The blower's marks for one order, 0 to 100 each (一哨一评)."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="marks")
    arrival = models.PositiveSmallIntegerField(_("arrival"), validators=[MaxValueValidator(100)])
    attitude = models.PositiveSmallIntegerField(_("attitude"), validators=[MaxValueValidator(100)])
    result = models.PositiveSmallIntegerField(_("result"), validators=[MaxValueValidator(100)])
    comment = models.TextField(_("comment"), blank=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_index=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(
                condition=Q(arrival__lte=100, attitude__lte=100, result__lte=100),
                name="review_marks_to_100",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}"


class ReviewAnswerQuerySet(models.QuerySet["ReviewAnswer"]):
    def visible_to(self, user: User) -> "ReviewAnswerQuerySet":
        """Return the answers to the reviews the user may see."""
        return self.filter(review__in=Review.objects.visible_to(user))

    def waiting(self) -> "ReviewAnswerQuerySet":
        """Return the objections nobody has ruled on yet."""
        return self.filter(kind=ReviewAnswer.Kind.OBJECT, upheld=None)


class ReviewAnswer(models.Model):
    """What a department says to its marks. An objection that is upheld sets the marks aside: they are
    kept and shown and count in no score; until it is ruled on they count."""

    class Kind(models.TextChoices):
        ACCEPT = "accept", _("Accepts")
        EXPLAIN = "explain", _("Explains")
        OBJECT = "object", _("Objects")

    review = models.OneToOneField(Review, models.PROTECT, related_name="answer")
    kind = models.CharField(_("answer"), max_length=8, choices=Kind.choices)
    text = models.TextField(_("text"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered at"))
    upheld = models.BooleanField(_("upheld"), null=True)
    ruling = models.TextField(_("ruling"), blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ruled_at = models.DateTimeField(_("ruled at"), null=True)

    objects = ReviewAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a review")
        verbose_name_plural = _("answers to reviews")
        constraints = [
            models.CheckConstraint(
                condition=Q(upheld=None, ruled_at=None)
                | (Q(upheld__isnull=False, ruled_at__isnull=False, kind="object") & ~Q(ruling="")),
                name="review_answer_ruled_is_whole",
            )
        ]
        indexes = [
            models.Index(fields=["-answered_at", "-id"], name="review_answer_newest"),
            models.Index(
                fields=["answered_at"],
                name="review_objection_waiting",
                condition=Q(kind="object", upheld=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.kind}"


class WhistleMarkQuerySet(models.QuerySet["WhistleMark"]):
    def visible_to(self, user: User) -> "WhistleMarkQuerySet":
        """Return the marks of whistles on the orders the user may see."""
        return self.filter(order__in=Order.objects.visible_to(user))


class WhistleMark(models.Model):
    """What a department says of the whistle it answered: was it a proper one, and how clear (双考核)."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="whistle_mark")
    proper = models.BooleanField(_("a proper whistle"))
    mark = models.PositiveSmallIntegerField(
        _("how clear and prepared"), validators=[MaxValueValidator(100)]
    )
    comment = models.TextField(_("comment"), blank=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = WhistleMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark of a whistle")
        verbose_name_plural = _("marks of whistles")
        constraints = [
            models.CheckConstraint(condition=Q(mark__lte=100), name="whistle_mark_to_100"),
            models.CheckConstraint(
                condition=Q(proper=True) | ~Q(comment=""), name="whistle_improper_says_why"
            ),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="whistle_mark_newest")]

    def __str__(self) -> str:
        return f"{self.order_id}"


class LeaderMarkQuerySet(models.QuerySet["LeaderMark"]):
    def visible_to(self, user: User) -> "LeaderMarkQuerySet":
        """Return all to those who read the district's figures, to a unit's people its own."""
        if reads_figures(user):
            return self
        return self.filter(unit__in=user.units_of(Role.DEPARTMENT))


class LeaderMark(models.Model):
    """A district leader's mark of a department for a period, 0 to 100."""

    period = models.CharField(_("period"), max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="leader_marks")
    mark = models.PositiveSmallIntegerField(_("mark"), validators=[MaxValueValidator(100)])
    comment = models.TextField(_("comment"), blank=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = LeaderMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("leader's mark")
        verbose_name_plural = _("leaders' marks")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "unit", "marked_by"], name="leader_mark_once"
            ),
            models.CheckConstraint(condition=Q(mark__lte=100), name="leader_mark_to_100"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.unit_id}"
