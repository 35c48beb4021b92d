"""Addresses of whistles, orders, documents, rulings and the responsibility list."""

from django.urls import path

from dispatch.views import blowing, centre, desks, documents, orders, responsibilities

app_name = "dispatch"
urlpatterns = [
    path("desk/department/", desks.desk, name="desk"),
    path("desk/whistles/", desks.whistles, name="whistles"),
    path("desk/centre/", centre.desk, name="centre"),
    path("responsibilities/", responsibilities.index, name="responsibilities"),
    path("responsibilities/proposal/", responsibilities.proposal, name="proposal"),
    path("cases/<str:number>/whistle/", blowing.blow, name="blow"),
    path("cases/<str:number>/orders/", orders.panel, name="orders"),
    path("cases/<str:number>/documents/", documents.panel, name="documents_of"),
    path("documents/", documents.index, name="documents"),
    path("documents/waiting/", documents.waiting, name="documents_waiting"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/answer/", documents.answer, name="document_answer"),
    path("documents/<int:pk>/docx/", documents.docx, name="document_docx"),
    path("documents/<int:pk>/pdf/", documents.pdf, name="document_pdf"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/steps/<slug:step>/", orders.step, name="order_step"),
    path("orders/<int:pk>/rule/", centre.rule, name="rule"),
    path("items/<int:pk>/done/", orders.item_done, name="item_done"),
]
