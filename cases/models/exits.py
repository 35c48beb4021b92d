"""The classified exits (分类处置): why a request is not taken up as a case, and what is done instead."""

from django.db import models
from django.utils.translation import gettext_lazy as _

ANSWERED = "T7"
"""The exit of what is answered at once (直接答复)."""


class ExitKind(models.Model):
    """One exit (北京市接诉即办工作条例 Art. 11, 21, 22): when it applies and what the caller is told.

    `needs_case` asks for the number of the case that the same matter is already handled under.
    """

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    applies = models.CharField(_("when it applies"), max_length=200)
    action = models.CharField(_("what is done"), max_length=200)
    needs_case = models.BooleanField(_("names the case already open"), default=False)
    source = models.CharField(_("source"), max_length=200)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("classified exit")
        verbose_name_plural = _("classified exits")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
