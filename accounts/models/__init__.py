from accounts.models.district import District, DistrictChange
from accounts.models.messages import Channel, Message
from accounts.models.notices import Notice, QuietSpan
from accounts.models.records import AccessLog, Heartbeat, IdempotencyRecord
from accounts.models.units import CENTRE_CODE, HOTLINE_CODE, Unit
from accounts.models.users import DISTRICT_WIDE, Membership, Role, User

__all__ = [
    "CENTRE_CODE",
    "DISTRICT_WIDE",
    "HOTLINE_CODE",
    "AccessLog",
    "Channel",
    "District",
    "DistrictChange",
    "Heartbeat",
    "IdempotencyRecord",
    "Membership",
    "Message",
    "Notice",
    "QuietSpan",
    "Role",
    "Unit",
    "User",
]
