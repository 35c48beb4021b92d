"""Channels that are open during a test, and short ways to notices."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.accounts.receivers import (
    SECRET,
    Gateway,
    MailServer,
    running_gateway,
    running_mail_server,
)


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Gateway]:
    """Run an SMS gateway that the product is configured with."""
    with running_gateway() as gateway:
        settings.SMS_URL, settings.SMS_SECRET, settings.SMS_TIMEOUT = gateway.url, SECRET, 1
        yield gateway


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """Run a mail server that the product is configured with."""
    with running_mail_server() as mail:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail.port
        settings.DEFAULT_FROM_EMAIL = "吹哨 <whistle@district.example>"
        yield mail
