"""Addresses of signing in and of what is one's own: notices, profile, password."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(next_page="accounts:sign_in"), name="sign_out"),
    path("notices/", views.notices, name="notices"),
    path("notices/badge/", views.notices_badge, name="notices_badge"),
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.Password.as_view(), name="password"),
]
