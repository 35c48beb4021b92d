"""Categories of requests, two levels, codes of two digits each."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """What a request is about. A child's code begins with its parent's."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name
