from dispatch.lifecycle import OrderState
from dispatch.models.documents import Document, DocumentCounter, Standing
from dispatch.models.responsibilities import Responsibility
from dispatch.models.rulings import Extension, Objection
from dispatch.models.whistles import Order, Whistle, WhistleItem

__all__ = [
    "Document",
    "DocumentCounter",
    "Extension",
    "Objection",
    "Order",
    "OrderState",
    "Responsibility",
    "Standing",
    "Whistle",
    "WhistleItem",
]
