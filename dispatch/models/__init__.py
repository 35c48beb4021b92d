from dispatch.lifecycle import OrderState
from dispatch.models.directives import (
    Directive,
    DirectiveEntry,
    Meeting,
    Paper,
    TownLeader,
    UnclaimedMatter,
)
from dispatch.models.documents import Document, DocumentCounter, Standing
from dispatch.models.guests import GuestLink, GuestVisit
from dispatch.models.history import HistoryImport
from dispatch.models.ownership import CityMatter, Ownership, OwnershipRule
from dispatch.models.responsibilities import Responsibility, ResponsibilityChange
from dispatch.models.rights import LEVELS, WhistleKind, WhistleLevel, WhistleRight
from dispatch.models.rulings import Extension, Objection, WhistleBack
from dispatch.models.whistles import Order, Whistle, WhistleItem

__all__ = [
    "LEVELS",
    "CityMatter",
    "Directive",
    "DirectiveEntry",
    "Document",
    "DocumentCounter",
    "Extension",
    "GuestLink",
    "GuestVisit",
    "HistoryImport",
    "Meeting",
    "Objection",
    "Order",
    "OrderState",
    "Ownership",
    "OwnershipRule",
    "Paper",
    "Responsibility",
    "ResponsibilityChange",
    "Standing",
    "TownLeader",
    "UnclaimedMatter",
    "Whistle",
    "WhistleBack",
    "WhistleItem",
    "WhistleKind",
    "WhistleLevel",
    "WhistleRight",
]
