"""Forms as Tabler draws them, with what a screen reader needs."""

from django import forms

from accounts.forms import TablerRenderer


class Sample(forms.Form):
    text = forms.CharField(label="内容", help_text="写清楚")
    kind = forms.ChoiceField(choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    town = forms.ChoiceField(choices=[("1", "潞邑")])
    quiet = forms.BooleanField(required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def drawn(data: dict[str, str] | None = None) -> str:
    return str(Sample(data, renderer=TablerRenderer()))


def test_fields_carry_the_classes_of_their_kind() -> None:
    page = drawn()

    assert 'class="form-control"' in page
    assert 'class="form-select"' in page
    assert page.count('class="form-check-input"') == 3
    assert '<input type="hidden" name="token" id="id_token">' in page


def test_help_and_errors_are_named_by_the_field() -> None:
    page = drawn({"text": ""})

    assert 'aria-describedby="id_text_helptext id_text_error"' in page
    assert 'id="id_text_helptext"' in page
    assert 'id="id_text_error"' in page
    assert 'aria-invalid="true"' in page
    assert "is-invalid" in page


def test_a_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    assert "<fieldset" in drawn()
    assert "<legend" in drawn()


def test_what_was_typed_is_escaped() -> None:
    assert "<script>" not in drawn({"text": '"><script>alert(1)</script>'})
