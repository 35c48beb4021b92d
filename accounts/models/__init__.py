from accounts.models.notices import Notice
from accounts.models.records import AccessLog, Heartbeat, IdempotencyRecord
from accounts.models.units import CENTRE_CODE, HOTLINE_CODE, Unit
from accounts.models.users import DISTRICT_WIDE, Membership, Role, User

__all__ = [
    "CENTRE_CODE",
    "DISTRICT_WIDE",
    "HOTLINE_CODE",
    "AccessLog",
    "Heartbeat",
    "IdempotencyRecord",
    "Membership",
    "Notice",
    "Role",
    "Unit",
    "User",
]
