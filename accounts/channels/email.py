"""E-mail, where the district has a mail server (EMAIL_HOST) and the person an address."""

import logging
import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.channels.outcomes import SendFailed, SendRefused, Unreachable
from accounts.models import Message, User

log = logging.getLogger(__name__)

FOR_GOOD = 500
"""From this answer on (RFC 5321, 4.2.1) the server will not take the message later either."""


def is_open() -> bool:
    """Tell whether the district sends e-mail."""
    return bool(settings.EMAIL_HOST)


def address_of(person: User) -> str:
    """Return the person's address; empty where there is none."""
    return person.email


def send(message: Message, at: datetime) -> None:
    """Send the message; raise `SendFailed` or one of its kinds where that did not succeed.

    The Message-ID is the message's key: servers and programs drop what comes twice under the same.
    """
    sender = settings.DEFAULT_FROM_EMAIL
    host = sender.rpartition("@")[2].rstrip("> ")
    headers = {"Message-ID": f"<{message.key}@{host}>", "Auto-Submitted": "auto-generated"}
    to = [message.recipient.email] if message.recipient else []
    mail = EmailMessage(message.subject, message.body, sender, to, headers=headers)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        raise _answer(min(code for code, _text in refusal.recipients.values())) from None
    except smtplib.SMTPDataError as error:
        raise _answer(error.smtp_code) from None
    except (
        smtplib.SMTPResponseException
    ) as error:  # sign-in or sender: ours to mend, not this message's fault
        raise SendFailed(f"SMTP {error.smtp_code}") from None
    except OSError as error:
        log.warning("The mail server does not answer: %s", error)
        raise Unreachable from None


def _answer(code: int) -> SendFailed:
    return (SendRefused if code >= FOR_GOOD else SendFailed)(f"SMTP {code}")
