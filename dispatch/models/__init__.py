from dispatch.lifecycle import OrderState
from dispatch.models.responsibilities import Responsibility
from dispatch.models.rulings import Extension, Objection
from dispatch.models.whistles import Order, Whistle, WhistleItem

__all__ = [
    "Extension",
    "Objection",
    "Order",
    "OrderState",
    "Responsibility",
    "Whistle",
    "WhistleItem",
]
