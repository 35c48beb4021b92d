"""Calls on whistles, orders, documents and responsibilities."""

from django.urls import path

from accounts.api import converters
from dispatch.api import documents, guests, items, orders, papers, passing, routing, whistles

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("cases/<code:number>/whistles/", whistles.BlowWhistle.as_view(), name="api_blow_whistle"),
    path("cases/<code:number>/pass_up/", passing.PassUp.as_view(), name="api_pass_up"),
    path("levels/", passing.Levels.as_view(), name="api_levels"),
    path("whistles/", whistles.Whistles.as_view(), name="api_whistles"),
    path("whistles/<int:pk>/", whistles.OneWhistle.as_view(), name="api_whistle"),
    path("whistles/<int:pk>/items/<int:item>/", whistles.ItemDone.as_view(), name="api_item"),
    path("whistles/<int:pk>/items/", items.Items.as_view(), name="api_items"),
    path("whistles/<int:pk>/orders/", items.More.as_view(), name="api_whistle_orders"),
    *[
        path(f"items/<int:pk>/steps/{view.step}/", view.as_view(), name=f"api_item_{view.step}")
        for view in items.STEPS
    ],
    path("orders/<int:pk>/whistle_back/", items.AskWhistleBack.as_view(), name="api_whistle_back"),
    path(
        "whistles_back/<int:pk>/rule/",
        items.RuleWhistleBack.as_view(),
        name="api_whistle_back_rule",
    ),
    path("orders/", orders.Orders.as_view(), name="api_orders"),
    path("orders/<int:pk>/", orders.OneOrder.as_view(), name="api_order"),
    *[
        path(f"orders/<int:pk>/steps/{view.step}/", view.as_view(), name=f"api_order_{view.step}")
        for view in orders.STEPS
    ],
    path("orders/<int:pk>/guest_links/", guests.GuestLinks.as_view(), name="api_guest_links"),
    path(
        "guest_links/<int:pk>/revoke/",
        guests.RevokeGuestLink.as_view(),
        name="api_guest_link_revoke",
    ),
    path("documents/", documents.Documents.as_view(), name="api_documents"),
    path("documents/<int:pk>/", documents.OneDocument.as_view(), name="api_document"),
    path(
        "documents/<int:pk>/answer/",
        documents.AnswerDocument.as_view(),
        name="api_document_answer",
    ),
    path(
        "cases/<code:number>/ownership/", routing.WhoseMatter.as_view(), name="api_case_ownership"
    ),
    path(
        "cases/<code:number>/precedents/", routing.CasePrecedents.as_view(), name="api_precedents"
    ),
    path("cases/<code:number>/city/", routing.CityMatters.as_view(), name="api_city_matters"),
    path(
        "cases/<code:number>/city/<int:pk>/answer/",
        routing.CityAnswer.as_view(),
        name="api_city_answer",
    ),
    path("routing/rules/", routing.Rules.as_view(), name="api_rules"),
    path("routing/try/", routing.Try.as_view(), name="api_try_rules"),
    path("rulings/", routing.Rulings.as_view(), name="api_rulings"),
    path("rulings/<int:pk>/", routing.OneRuling.as_view(), name="api_ruling"),
    path("responsibilities/", whistles.Responsibilities.as_view(), name="api_responsibilities"),
    path("directives/", papers.Directives.as_view(), name="api_directives"),
    path("directives/<int:pk>/", papers.OneDirective.as_view(), name="api_directive"),
    path(
        "directives/<int:pk>/entries/",
        papers.DirectiveEntries.as_view(),
        name="api_directive_entries",
    ),
    path("matters/", papers.Matters.as_view(), name="api_matters"),
    path("matters/<int:pk>/", papers.OneMatter.as_view(), name="api_matter"),
    path("matters/<int:pk>/rule/", papers.RuleMatter.as_view(), name="api_matter_rule"),
    path("meetings/", papers.Meetings.as_view(), name="api_meetings"),
    path("meetings/<int:pk>/", papers.OneMeeting.as_view(), name="api_meeting"),
    path("meetings/<int:pk>/close/", papers.CloseMeeting.as_view(), name="api_meeting_close"),
    path("dockets/<str:code>/", papers.OneDocket.as_view(), name="api_docket"),
    path("papers/", papers.Papers.as_view(), name="api_papers"),
    path("papers/<int:pk>/", papers.OnePaper.as_view(), name="api_paper"),
]
