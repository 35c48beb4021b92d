"""Addresses of Open311 GeoReport v2; the form is named by the ending."""

from django.urls import path, register_converter

from accounts.api import converters
from cases.open311 import views


class Form:
    """The forms the standard names."""

    regex = "xml|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Word(converters.Code):
    """A number or code before the ending: no point in it."""

    regex = r"[\w-]{1,40}"


register_converter(Form, "open311_form")
register_converter(Word, "open311_word")

app_name = "open311"
urlpatterns = [
    path("discovery.<open311_form:form>", views.discovery, name="discovery"),
    path("services.<open311_form:form>", views.services, name="services"),
    path("services/<open311_word:code>.<open311_form:form>", views.definition, name="definition"),
    path("requests.<open311_form:form>", views.requests, name="requests"),
    path("requests/<open311_word:number>.<open311_form:form>", views.request_by_id, name="request"),
    path("tokens/<open311_word:word>.<open311_form:form>", views.token, name="token"),
]
