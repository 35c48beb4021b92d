"""Messages: what leaves the house by e-mail or SMS, one for all the notices a person had waiting."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masks import mask_email, mask_phone
from accounts.models.users import Role, User
from accounts.sealed import secret_of

TROUBLES = {
    "no_address": _("The person has no address for this channel any more."),
    "closed": _("The district has switched this channel off."),
    "unreachable": _("No connection, or no answer in time."),
    "unsendable": _("The message could not be made up; the log says why."),
}
"""What went wrong, in words; other answers (`HTTP 503`, `SMTP 550`) are shown as they came."""


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> "MessageQuerySet":
        """Return every message to those who look after the sending, and none to others."""
        return self if user.holds(Role.ADMIN, Role.SUPERVISOR) else self.none()

    def waiting(self) -> "MessageQuerySet":
        """Return what is still to be sent."""
        return self.filter(sent_at=None, parked_at=None)

    def due(self, at: datetime) -> "MessageQuerySet":
        """Return what is to be sent at that moment and lies in nobody's hands."""
        free = Q(leased_until=None) | Q(leased_until__lt=at)
        return self.waiting().filter(free, not_before__lte=at)

    def parked(self) -> "MessageQuerySet":
        """Return what was given up and waits for somebody to send it again."""
        return self.filter(parked_at__isnull=False)

    def sent(self) -> "MessageQuerySet":
        return self.filter(sent_at__isnull=False)


class Message(models.Model):
    """One e-mail or SMS to one person: a notice, or a digest of `count` of them.

    `key` goes with it to the receiver, who may drop what comes twice. The address is that of the
    person at the moment of sending; an SMS to an outsider has no recipient, but a `phone`. Where
    `sealed` names a nonce, `{secret}` in the body stands for its secret, which is put in on sending.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
    )
    phone = models.CharField(
        _("phone of an outsider"), max_length=20, blank=True, default="", db_default=""
    )
    sealed = models.CharField(max_length=64, blank=True, default="", db_default="")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    key = models.CharField(max_length=40, unique=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField()
    count = models.PositiveIntegerField(default=1)
    urgent = models.BooleanField(_("urgent"), default=False)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=80, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(parked_at=None), name="message_sent_is_not_parked"
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | (~Q(phone="") & Q(channel="sms")),
                name="message_goes_to_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "-urgent", "not_before", "id"],
                name="message_due",
                condition=Q(sent_at=None, parked_at=None),
            ),
            models.Index(
                fields=["-parked_at", "-id"],
                name="message_parked",
                condition=Q(parked_at__isnull=False),
            ),
            models.Index(
                fields=["-sent_at", "-id"], name="message_sent", condition=Q(sent_at__isnull=False)
            ),
            models.Index(fields=["recipient", "-created_at"], name="message_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"

    @property
    def masked_address(self) -> str:
        """Return where it goes, masked."""
        if self.recipient is None:
            return mask_phone(self.phone)
        if self.channel == Channel.SMS:
            return mask_phone(self.recipient.phone)
        return mask_email(self.recipient.email)

    @property
    def words(self) -> str:
        """Return the body as it is sent, its secret put in; never to be stored or shown."""
        return self.body.replace("{secret}", secret_of(self.sealed)) if self.sealed else self.body

    @property
    def trouble(self) -> str:
        """Return what went wrong at the last try, in words."""
        return str(TROUBLES.get(self.last_error, self.last_error))
