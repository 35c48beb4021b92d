"""The working group of a case: messages and files, kept as part of the record."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from cases.models.cases import Case


class GroupMessageQuerySet(models.QuerySet["GroupMessage"]):
    def visible_to(self, user: User) -> "GroupMessageQuerySet":
        """Return the messages of the cases the user may see."""
        return self.filter(case__in=Case.objects.visible_to(user))


class GroupMessage(models.Model):
    """One message among those who may see the case. A database trigger refuses to change or delete it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="messages", db_index=False)
    whistle_ref = models.BigIntegerField(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    text = models.TextField(_("message"), blank=True)
    at = models.DateTimeField(_("at"))

    objects = GroupMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["case", "id"], name="group_message_of_case")]

    def __str__(self) -> str:
        return self.text[:40]


def group_file_path(file: "GroupFile", filename: str) -> str:
    """Return where the file is kept: below the case's number, under a random name."""
    return f"cases/{file.message.case.number}/group/{file.token}"


class GroupFileQuerySet(models.QuerySet["GroupFile"]):
    def visible_to(self, user: User) -> "GroupFileQuerySet":
        """Return the files of the cases the user may see."""
        return self.filter(message__case__in=Case.objects.visible_to(user))


class GroupFile(models.Model):
    """A file sent with a message; like the message, it is never changed."""

    message = models.ForeignKey(GroupMessage, models.PROTECT, related_name="files")
    token = models.UUIDField(unique=True)
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    file = models.FileField(_("file"), upload_to=group_file_path)

    objects = GroupFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return self.name
