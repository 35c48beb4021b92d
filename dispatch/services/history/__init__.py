"""Take over the cases of an older system from a file (`import_history`)."""

from dispatch.services.history.running import Refused, Summary, import_history

__all__ = ["Refused", "Summary", "import_history"]
