"""The ways out of the house: each can be open or closed, knows its address of a person, and sends."""

from datetime import datetime
from typing import Protocol

from accounts.channels import email, sms
from accounts.channels.outcomes import SendFailed, SendRefused, Unreachable
from accounts.models import Channel, Message, User

__all__ = ["Courier", "SendFailed", "SendRefused", "Unreachable", "open_channels"]


class Courier(Protocol):
    """What a channel must know. Written by the modules of this package."""

    def is_open(self) -> bool: ...
    def address_of(self, person: User) -> str: ...
    def send(self, message: Message, at: datetime) -> None: ...


COURIERS: dict[Channel, Courier] = {Channel.EMAIL: email, Channel.SMS: sms}


def open_channels() -> dict[Channel, Courier]:
    """Return the channels that the district has switched on."""
    return {channel: courier for channel, courier in COURIERS.items() if courier.is_open()}
