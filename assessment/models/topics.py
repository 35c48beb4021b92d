"""Before people complain (未诉先办): hot spots found, topics made of them, and signs asked about."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, Unit, User
from assessment.access import reads_figures
from cases.models import Category
from grids.models import Area

OWNING = (Role.TOWN, Role.COMMUNITY, Role.DEPARTMENT)


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, user: User) -> "TopicQuerySet":
        """Return all to those who read the district's figures, to a unit's people what it owns or assists."""
        if reads_figures(user):
            return self
        units = user.units_of(*OWNING)
        assists = Topic.assists.through.objects.filter(topic=OuterRef("pk"), unit__in=units)
        return self.filter(Q(owner__in=units) | Q(Exists(assists)))


class Topic(models.Model):
    """A common problem taken up as one matter: its owner, what is done, and the measure that tells whether it helped.

    The measure counts the cases of the category in the area: `baseline` a week before `begun_on`, `goal` a
    week afterwards; `measured` is what was found when it was closed.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("topic", "Taken up")
        ACTING = "acting", pgettext_lazy("topic", "Under way")
        CLOSED = "closed", pgettext_lazy("topic", "Closed")

    number = models.CharField(_("number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("the problem and what is to be done"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="topics")
    assists = models.ManyToManyField(Unit, related_name="+", blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    baseline = models.DecimalField(_("cases a week before"), max_digits=8, decimal_places=2)
    goal = models.DecimalField(_("goal a week"), max_digits=8, decimal_places=2)
    begun_on = models.DateField(_("measured from"))
    review_on = models.DateField(_("looked at again on"))
    measured = models.JSONField(_("what was found"), default=dict, blank=True)
    outcome = models.TextField(pgettext_lazy("topic", "outcome"), blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(pgettext_lazy("topic", "taken up at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("hot spot", "topic")
        verbose_name_plural = pgettext_lazy("hot spot", "topics")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None)),
                name="topic_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(review_on__gt=models.F("begun_on")), name="topic_review_is_later"
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="topic_newest"),
            models.Index(
                fields=["review_on"], name="topic_to_review", condition=~Q(state="closed")
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TopicEntry(models.Model):
    """What was done about a topic, appended; of a correction the reason, and `changes`: field → [before, after]."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="entries")
    step = models.CharField(_("step"), max_length=10)
    text = models.TextField(_("text"))
    changes = models.JSONField(_("changes"), default=dict, db_default={}, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("entry of a topic")
        verbose_name_plural = _("entries of topics")

    def __str__(self) -> str:
        return f"{self.topic_id} {self.at:%F}"


class HotSpotSearchQuerySet(models.QuerySet["HotSpotSearch"]):
    def visible_to(self, user: User) -> "HotSpotSearchQuerySet":
        """Return all to those who read the district's figures, none to others."""
        return self if reads_figures(user) else self.none()


class HotSpotSearch(models.Model):
    """One search for hot spots: the window, how many cells were tested, the false-alarm rate it keeps to."""

    until = models.DateField(_("searched to the end of"), unique=True)
    days = models.PositiveSmallIntegerField(_("days looked at"))
    tested = models.PositiveIntegerField(_("places and categories tested"))
    error_rate = models.DecimalField(_("false-alarm rate"), max_digits=4, decimal_places=3)
    searched_at = models.DateTimeField(_("searched at"))

    objects = HotSpotSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("search for hot spots")
        verbose_name_plural = _("searches for hot spots")

    def __str__(self) -> str:
        return f"{self.until:%F}"


class HotSpotQuerySet(models.QuerySet["HotSpot"]):
    def visible_to(self, user: User) -> "HotSpotQuerySet":
        """Return all to those who read the district's figures, none to others: what is made of them is a
        topic, and that its units see."""
        return self if reads_figures(user) else self.none()


class HotSpot(models.Model):
    """A place and a category with more cases than its past and season explain. `chance` is the probability
    of as many by chance, adjusted for how many cells were tested."""

    search = models.ForeignKey(HotSpotSearch, models.CASCADE, related_name="spots")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    found = models.PositiveIntegerField(_("cases"))
    expected = models.DecimalField(_("expected"), max_digits=9, decimal_places=2)
    chance = models.FloatField(_("chance"))
    facts = models.JSONField(default=dict)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="spots")
    dismissed = models.CharField(_("why it was set aside"), max_length=200, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HotSpotQuerySet.as_manager()

    class Meta:
        verbose_name = _("hot spot")
        verbose_name_plural = _("hot spots")
        constraints = [
            models.UniqueConstraint(fields=["search", "area", "category"], name="hot_spot_once")
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.category_id}"


class SignQuerySet(models.QuerySet["Sign"]):
    def visible_to(self, user: User) -> "SignQuerySet":
        """Return all to those who read the district's figures; to a unit's people what it is asked about."""
        if reads_figures(user):
            return self
        return self.filter(unit__in=user.units_of(*OWNING))


class Sign(models.Model):
    """A pattern that may come from gaming and may not: shown as a question, answered, never a verdict.

    `facts` are the figures behind it, `numbers` the cases it is about (at most fifty), `chance` how often
    honest work would show as much.
    """

    class Kind(models.TextChoices):
        LAST_MINUTE = "last_minute", _("Many finished just before the limit")
        MASS_RATING = "mass_rating", _("Many ratings in a short while")
        ONE_PHONE = "one_phone", _("One phone rates many cases")
        CONTACT = "contact", _("Contact claimed, the resident says no")

    kind = models.CharField(_("sign"), max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=120, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("to"))
    facts = models.JSONField(default=dict)
    numbers = models.JSONField(default=list)
    chance = models.FloatField(_("chance"), null=True)
    seen_at = models.DateTimeField(_("seen at"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    settled = models.CharField(_("how it was settled"), max_length=300, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = SignQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign of gaming")
        verbose_name_plural = _("signs of gaming")
        indexes = [models.Index(fields=["-seen_at", "-id"], name="sign_newest")]

    def __str__(self) -> str:
        return self.key
