"""How far the import of an older system's cases is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HistoryImport(models.Model):
    """One file of an older system: its hash, and up to which byte and line it has been taken in.

    Written in the transaction that stores the rows, so that a run broken off goes on exactly there;
    `errors` is how long the file of refused rows was then. The same file again begins anew.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("file"), max_length=200)
    size = models.BigIntegerField(_("bytes"))
    reached = models.BigIntegerField(_("bytes taken in"), default=0)
    line = models.PositiveIntegerField(_("lines taken in"), default=0)
    stored = models.PositiveIntegerField(_("rows stored"), default=0)
    known = models.PositiveIntegerField(_("rows known before"), default=0)
    refused = models.PositiveIntegerField(_("rows refused"), default=0)
    errors = models.BigIntegerField(_("bytes of the file of refused rows"), default=0)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import of history")
        verbose_name_plural = _("imports of history")

    def __str__(self) -> str:
        return self.name
