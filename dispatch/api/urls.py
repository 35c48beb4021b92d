"""Calls on whistles, orders, documents and responsibilities."""

from django.urls import path

from accounts.api import converters
from dispatch.api import documents, orders, whistles

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("cases/<code:number>/whistles/", whistles.BlowWhistle.as_view(), name="api_blow_whistle"),
    path("whistles/", whistles.Whistles.as_view(), name="api_whistles"),
    path("whistles/<int:pk>/", whistles.OneWhistle.as_view(), name="api_whistle"),
    path("whistles/<int:pk>/items/<int:item>/", whistles.ItemDone.as_view(), name="api_item"),
    path("orders/", orders.Orders.as_view(), name="api_orders"),
    path("orders/<int:pk>/", orders.OneOrder.as_view(), name="api_order"),
    *[
        path(f"orders/<int:pk>/steps/{view.step}/", view.as_view(), name=f"api_order_{view.step}")
        for view in orders.STEPS
    ],
    path("documents/", documents.Documents.as_view(), name="api_documents"),
    path("documents/<int:pk>/", documents.OneDocument.as_view(), name="api_document"),
    path(
        "documents/<int:pk>/answer/",
        documents.AnswerDocument.as_view(),
        name="api_document_answer",
    ),
    path("responsibilities/", whistles.Responsibilities.as_view(), name="api_responsibilities"),
]
