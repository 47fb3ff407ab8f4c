"""Forms: labels, marks, help and errors are wired for every Django form; nothing typed is lost."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import formset_factory
from django.http import QueryDict
from django.template import Context, Template
from django.utils import translation

from madoguchi.ui.components.errors import error_summary
from madoguchi.ui.forms import (
    DecimalNumberField,
    HouseFileInput,
    HouseForm,
    LongTextField,
    NumberField,
    WarekiDateField,
    YenField,
)

EVIL = "\"'><script>alert(1)</script>"


class Plain(forms.Form):
    """A form of another package, which knows nothing of the house."""

    name = forms.CharField(
        label="氏名", help_text="戸籍のとおり", widget=forms.TextInput({"autocomplete": "name"})
    )
    kind = forms.ChoiceField(label="種別", widget=forms.RadioSelect, choices=[("a", "甲"), ("b", "乙")])
    tags = forms.MultipleChoiceField(
        label="札", widget=forms.CheckboxSelectMultiple, choices=[("a", "甲")], required=False
    )
    agree = forms.BooleanField(label="同意")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)
    fixed = forms.CharField(label="番号", disabled=True, required=False)


class House(HouseForm):
    name = forms.CharField(label="氏名", max_length=5)
    kind = forms.ChoiceField(label="種別", choices=[("a", "甲")])
    agree = forms.BooleanField(label="同意")
    own = forms.CharField(label="独自", error_messages={"required": "これも要ります"})
    proof = forms.FileField(label="書類", widget=HouseFileInput)


@pytest.mark.parametrize("shape", ["{{ form }}", "{{ form.as_p }}", "{{ form.as_div }}"])
def test_every_shape_of_a_foreign_form_is_wired(shape):
    markup = Template(shape).render(Context({"form": Plain({})}))
    assert (
        '<label class="mg-label" for="id_name">氏名 <span class="mg-mark mg-mark--required">必須</span>'
        in markup
    )
    field = re.search(r'<input type="text" name="name"[^>]*>', markup).group()
    assert 'autocomplete="name"' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field
    assert 'id="id_name_helptext">戸籍のとおり' in markup
    assert 'id="id_name_error"' in markup
    assert "任意" in markup
    assert '<a href="#id_kind_0">' in markup
    assert '<a href="#id_agree">' in markup
    assert markup.count('name="secret"') == 1


def test_groups_are_fieldsets_with_the_error_on_the_group():
    markup = str(Plain({})["kind"].as_field_group())
    group = re.search(r"<fieldset[^>]*>", markup).group()
    assert 'role="radiogroup"' in group
    assert 'aria-invalid="true"' in group
    assert 'aria-describedby="id_kind_error"' in group
    assert "<legend" in markup
    assert "aria-invalid" not in re.search(r"<input[^>]*>", markup).group()


def test_described_ids_exist():
    markup = str(Plain({})) + str(House({}))
    ids = set(re.findall(r' id="([^"]+)"', markup))
    for group in re.findall(r'aria-describedby="([^"]+)"', markup):
        assert set(group.split()) <= ids


def test_disabled_fields_and_hidden_marks():
    form = Plain()
    assert "mg-mark" not in form["fixed"].as_field_group()
    form.marks_hidden = True
    assert "mg-mark" not in form["name"].as_field_group()


def test_labels_help_and_errors_are_escaped():
    class Evil(HouseForm):
        field = forms.CharField(label=EVIL, help_text=EVIL, error_messages={"required": EVIL})
        choice = forms.ChoiceField(label=EVIL, choices=[(EVIL, EVIL)], widget=forms.RadioSelect)
        number = NumberField(unit=EVIL, label=EVIL)

    markup = str(Evil({"number": EVIL})) + error_summary(Evil({"choice": EVIL}))
    assert "<script" not in markup


def test_messages_name_the_field():
    errors = House({}).errors
    assert errors["name"] == ["「氏名」を入力してください。"]
    assert errors["kind"] == ["「種別」を選んでください。"]
    assert errors["agree"] == ["「同意」にチェックを入れてください。"]
    assert errors["own"] == ["これも要ります"]
    with translation.override("en"):
        assert House({}).errors["name"] == ["Enter “氏名”."]


def test_summary_prefixes_messages_that_do_not_name_their_field():
    assert "独自：これも要ります" in error_summary(House({}))


def test_summary_takes_forms_and_formsets_and_is_silent_without_errors():
    formset = formset_factory(House, extra=1, min_num=2, validate_min=True)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
    )
    markup = error_summary(House({}), formset)
    assert markup.count('role="alert"') == 1
    assert 'href="#id_name"' in markup
    assert error_summary(House()) == ""

    class Easy(forms.Form):
        name = forms.CharField()

        def clean(self):
            raise forms.ValidationError("<両方>は選べません")

    assert error_summary(Easy({"name": "x"})).count("<li>&lt;両方&gt;") == 1


def test_nothing_typed_is_lost_and_a_file_is_asked_for_again():
    proof = SimpleUploadedFile("通帳.pdf", b"x")
    markup = str(House({"name": "長すぎる名前です", "own": EVIL}, {"proof": proof}))
    assert 'value="長すぎる名前です"' in markup
    assert "&lt;script" in markup
    assert "「通帳.pdf」は、もう一度選んでください。" in markup


def test_field_tags_render_one_or_many():
    context = Context({"form": House()})
    assert Template("{% field form.name %}").render(context).count("mg-field ") == 1
    assert Template("{% fields form 'name own' %}").render(context).count("mg-field ") == 2
    assert Template("{% fields form %}").render(context).count("mg-field ") == 5


class Figures(HouseForm):
    count = NumberField(label="人数", unit="人", required=False, min_value=1)
    fee = YenField(label="額", required=False)
    rate = DecimalNumberField(label="率", unit="%", required=False)
    day = WarekiDateField(label="日", required=False, earliest=date(1912, 7, 30), latest=date(2026, 4, 1))
    text = LongTextField(label="文", required=False, max_length=5)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("count", "１２", 12),
        ("count", "1,200人", 1200),
        ("count", "", None),
        ("fee", "￥12,000", 12000),
        ("fee", "１２０００円", 12000),
        ("fee", "△500", -500),
        ("rate", "12.5", Decimal("12.5")),
        ("rate", "１２．５％", Decimal("12.5")),
        ("day", "令和８年４月１日", date(2026, 4, 1)),
        ("day", "S21.4.1", date(1946, 4, 1)),
        ("day", "2026-04-01", date(2026, 4, 1)),
        ("day", "", None),
        ("text", "あ\r\nい\r\nう", "あ\nい\nう"),
    ],
)
def test_what_people_type_is_understood(name, typed, value):
    form = Figures({name: typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data[name] == value


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("count", "約10", "おおよそ"),
        ("count", "1.5", "整数"),
        ("count", "10円", "整数"),
        ("count", "-", "整数"),
        ("count", "0", "1"),
        ("fee", "1.5", "金額"),
        ("rate", "半分", "数値として読めません"),
        ("day", "令和8年2月30日", "30日はありません"),
        ("day", "きのう", "読めません"),
        ("day", "令和9年1月1日", "令和8年4月1日以前"),
        ("day", "明治45年7月29日", "大正元年7月30日以後"),
        ("text", "あいうえおか", "5"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words_and_kept(name, typed, said):
    form = Figures({name: typed})
    assert said in form.errors[name][0]
    assert typed in str(form[name])


def test_refusals_speak_the_readers_language():
    with translation.override("en"):
        assert "has no day 30" in Figures({"day": "令和8年2月30日"}).errors["day"][0]
        assert "1 Apr 2026" in Figures({"day": "2026-04-02"}).errors["day"][0]


def test_values_of_ours_are_written_as_people_read_them():
    form = Figures(initial={"fee": 1200000, "day": date(1946, 4, 1)})
    assert 'value="1,200,000"' in str(form["fee"])
    assert 'value="昭和21年4月1日"' in str(form["day"])
    # What the page shows reads back as the same value in every language.
    for language in ("ja", "ja-easy", "en"):
        with translation.override(language):
            shown = re.search(r'value="([^"]*)"', str(form["day"])).group(1)
            assert WarekiDateField().to_python(shown) == date(1946, 4, 1)


def test_dates_from_python_pass():
    field = WarekiDateField()
    assert field.to_python(datetime(2026, 4, 1, 10, tzinfo=UTC)) == date(2026, 4, 1)
    assert field.to_python(date(2026, 4, 1)) == date(2026, 4, 1)
    assert not field.has_changed(date(2026, 4, 1), "R8.4.1")


def test_counter_replaces_the_limit_that_cuts_text():
    markup = Figures()["text"].as_field_group()
    assert "maxlength" not in markup
    assert 'data-counter="5"' in markup
    assert "5文字まで" in markup
    assert "id_text_count" in re.search(r'aria-describedby="([^"]+)"', markup).group(1)


def test_post_data_of_every_kind_is_bound():
    sent = QueryDict("count=3&fee=1%2C000&day=R8.4.1&text=a")
    assert Figures(sent).is_valid()
