"""The ways in which a message does not go out. `reason` is kept on the message and holds no address."""


class SendFailed(Exception):
    """Not this time; the message is tried again later."""

    def __init__(self, reason: str) -> None:
        self.reason = reason[:80]
        super().__init__(reason)


class SendRefused(SendFailed):
    """Not this message, however often it is tried."""


class Unreachable(SendFailed):
    """Nobody answers; other messages would fare no better now."""

    def __init__(self) -> None:
        super().__init__("unreachable")
