"""The responsibility list (权责清单): which unit answers for which matter."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models import Category


class Responsibility(models.Model):
    """One item: the matter, who leads, who assists, who is responsible, on what basis.

    `lead` is empty where the matter is the town's own (属地).
    """

    code = models.CharField(_("code"), max_length=12, unique=True)
    group = models.CharField(_("class"), max_length=40)
    title = models.CharField(_("matter"), max_length=120)
    category = models.ForeignKey(Category, models.PROTECT, related_name="responsibilities")
    lead = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="leads")
    assists = models.ManyToManyField(Unit, related_name="assists", blank=True)
    town_assists = models.BooleanField(_("the town assists"), default=False)
    person = models.CharField(_("responsible person"), max_length=60, blank=True)
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    ruling = models.ForeignKey(
        "dispatch.UnclaimedMatter",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by the ruling"),
    )

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibility list")

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ResponsibilityChange(models.Model):
    """What a ruling changed on the responsibility list: the item before and after."""

    item = models.ForeignKey(Responsibility, models.CASCADE, related_name="changes")
    matter = models.ForeignKey("dispatch.UnclaimedMatter", models.PROTECT, related_name="changes")
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of the responsibility list")
        verbose_name_plural = _("changes of the responsibility list")

    def __str__(self) -> str:
        return f"{self.item_id} {self.at:%F}"
