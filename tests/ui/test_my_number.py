"""A My Number is refused by every form of the house, and what was typed stays."""

from __future__ import annotations

from django import forms

from madoguchi.ui.forms import HouseForm, LongTextField


class Form(HouseForm):
    title = forms.CharField()
    note = LongTextField(required=False)


def test_a_my_number_in_any_text_is_refused_with_what_to_do() -> None:
    for written in ("番号は123456789018です", "１２３４　５６７８　９０１８", "1234-5678-9018"):
        form = Form({"title": "届出", "note": written})
        assert not form.is_valid()
        assert "マイナンバー" in str(form.errors["note"])
        assert form["note"].value() == written


def test_other_numbers_pass() -> None:
    assert Form({"title": "090-1234-5678", "note": "123456789012 は検査数字が合わない"}).is_valid()
