"""Every address of the product: our pages, the API, and what machines ask."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView

from accounts.api.views import UnknownCall
from config import district, district_api, docs, engine, health

admin.site.site_header = admin.site.site_title = _("Chuishao")
favicon = RedirectView.as_view(url=lazy(static, str)("img/favicon.svg"))

APPS = ["accounts", "grids", "cases", "dispatch", "assessment"]

api_v1: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs.ApiDocs.as_view(url_name="schema"), name="docs"),
    *[path("", include(f"{app}.api.urls")) for app in APPS],
    path("district/", district_api.District.as_view(), name="api_district"),
    path("district/pick/", district_api.PickProfile.as_view(), name="api_district_pick"),
    path(
        "district/profiles/<slug:code>/",
        district_api.ProfileChanges.as_view(),
        name="api_district_profile",
    ),
    re_path(
        r"^(?:.*/)?$", UnknownCall.as_view()
    ),  # last: whatever is no call, in the API's own shape
]

urlpatterns = [
    path("favicon.ico", login_not_required(favicon)),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("engine/", engine.engine, name="engine"),
    path("district/", district.district, name="district"),
    path("district/words/", district.words, name="district_words"),
    path("district/export/", district.export_profile, name="district_export"),
    path("district/import/", district.import_profile, name="district_import"),
    path("district/<slug:code>/", district.profile, name="district_profile"),
    path("admin/", admin.site.urls),
    path("language/", login_not_required(set_language), name="set_language"),
    path("api/v1/", include(api_v1)),
    path("open311/v2/", include("cases.open311.urls")),
    *[path("", include(f"{app}.urls")) for app in APPS],
]
