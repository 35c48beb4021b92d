"""Forms of signing in and of one's own profile, and how every form of the product is drawn."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel

CLASS_BY_TEMPLATE = {
    "select.html": "form-select",
    "radio_option.html": "form-check-input",
    "checkbox_option.html": "form-check-input",
    "checkbox.html": "form-check-input",
    "color.html": "form-control form-control-color",
}
CHOICE_LISTS = {"radio.html", "checkbox_select.html"}
STOCK = "django/forms/widgets/"


class TablerRenderer(TemplatesSetting):
    """Draw forms as Tabler markup: our form and field templates, stock widgets with its classes.

    A widget with a template of its own (the administration's, for one) is left alone.
    """

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        widget = context.get("widget")
        if widget and template_name.startswith(STOCK):
            name = template_name.removeprefix(STOCK)
            if name in CHOICE_LISTS:
                template_name = "components/forms/choices.html"
            elif widget.get("type") != "hidden":
                context = {**context, "widget": _dressed(widget, name)}
            if name == "select.html":
                return _select(context["widget"])
        return super().render(template_name, context, request)


def _dressed(widget: dict[str, Any], template: str) -> dict[str, Any]:
    attrs = dict(widget["attrs"])
    classes = [CLASS_BY_TEMPLATE.get(template, "form-control"), attrs.get("class", "")]
    if attrs.get("aria-invalid"):
        classes.append("is-invalid")
    attrs["class"] = " ".join(filter(None, classes))
    return {**widget, "attrs": attrs}


def _select(widget: dict[str, Any]) -> SafeString:
    """Draw a select as the stock template does, which includes two templates for each option: a
    list with the filters of every category spent more time on them than on its fifty rows."""
    groups = []
    for label, options, _index in widget["optgroups"]:
        drawn = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((option["value"], flatatt(option["attrs"]), option["label"]) for option in options),
        )
        inside = '<optgroup label="{}">\n{}\n</optgroup>' if label else "{1}"
        groups.append((format_html(inside, label or "", drawn),))
    head = format_html('<select name="{}"{}>', widget["name"], flatatt(widget["attrs"]))
    return format_html("{}\n{}\n</select>", head, format_html_join("\n", "{}", groups))


class SignInForm(AuthenticationForm):
    """Ask for username and password."""

    error_messages = {
        "invalid_login": _("Username and password do not match. Mind capital letters."),
        "inactive": _("This account is closed. Ask the administrator."),
    }


class PasswordForm(PasswordChangeForm):
    """Ask for the old password and twice for the new one; the rules are Django's validators."""


class ProfileForm(forms.Form):
    """Ask for what people may change about themselves: the language of their screens."""

    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


class MessageFilter(forms.Form):
    """Choose the messages of one channel; the state chosen by the tabs goes along."""

    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("", _("All channels")), *Channel.choices], required=False
    )
    state = forms.CharField(widget=forms.HiddenInput, required=False)
