"""Addresses of directives, matters, meetings, dockets and papers."""

from django.urls import path

from dispatch.views import directives, dockets, matters, meetings, papers

urlpatterns = [
    path("directives/", directives.index, name="directives"),
    path("directives/new/", directives.new, name="directive_new"),
    path("directives/<int:pk>/", directives.directive, name="directive"),
    path("directives/<int:pk>/entries/", directives.enter, name="directive_enter"),
    path("cases/<str:number>/directives/", directives.panel, name="directives_of"),
    path("matters/", matters.index, name="matters"),
    path("matters/new/", matters.new, name="matter_new"),
    path("matters/<int:pk>/", matters.matter, name="matter"),
    path("matters/<int:pk>/rule/", matters.rule, name="matter_rule"),
    path("meetings/", meetings.index, name="meetings"),
    path("meetings/new/", meetings.new, name="meeting_new"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/change/", meetings.change, name="meeting_change"),
    path("meetings/<int:pk>/close/", meetings.close, name="meeting_close"),
    path("dockets/", dockets.this_week, name="dockets"),
    path("dockets/<str:code>/", dockets.week, name="docket"),
    path("dockets/<str:code>/freeze/", dockets.freeze, name="docket_freeze"),
    path("dockets/<str:code>/<str:unit>/<slug:kind>/", dockets.rows, name="docket_rows"),
    path("papers/", papers.index, name="papers"),
    path("papers/new/", papers.new, name="paper_new"),
    path("papers/<int:pk>/", papers.paper, name="paper"),
    path("papers/<int:pk>/docx/", papers.docx, name="paper_docx"),
    path("papers/<int:pk>/pdf/", papers.pdf, name="paper_pdf"),
    path("papers/<int:pk>/xlsx/", papers.xlsx, name="paper_xlsx"),
]
