"""Addresses of signing in and of what is one's own; the messages that go out."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import messages, people

app_name = "accounts"
urlpatterns = [
    path("", people.home, name="home"),
    path("sign-in/", people.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(next_page="accounts:sign_in"), name="sign_out"),
    path("notices/", people.notices, name="notices"),
    path("notices/badge/", people.notices_badge, name="notices_badge"),
    path("messages/", messages.messages, name="messages"),
    path("messages/again/", messages.all_again, name="all_messages_again"),
    path("messages/<int:pk>/again/", messages.again, name="message_again"),
    path("profile/", people.profile, name="profile"),
    path("profile/password/", people.Password.as_view(), name="password"),
]
