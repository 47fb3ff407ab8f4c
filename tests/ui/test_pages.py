"""Base pages, error pages, the context processor and the gallery."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.messages.storage.base import Message
from django.template import Origin, Template, engines
from django.template.context import make_context
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from madoguchi import ui
from madoguchi.ui import context
from madoguchi.ui.gallery import SAMPLES
from madoguchi.ui.views import gallery

LANGUAGES = ["ja", "ja-easy", "en"]


def request_make(path: str = "/a/?b=1"):
    request = RequestFactory().get(path)
    request._messages = []
    return request


def page(source: str, **values) -> str:
    origin = Origin("tests/page.html", template_name="tests/page.html")
    template = Template(source, origin=origin, engine=engines["django"].engine)
    return template.render(make_context(values, request_make()))


@pytest.mark.parametrize(("language", "tag"), [("ja", "ja"), ("ja-easy", "ja"), ("en", "en")])
def test_page_context(language, tag, settings):
    with translation.override(language):
        values = context.page(request_make())
    assert values["html_lang"] == tag
    assert values["city_name"] == settings.SITE_NAME
    assert values["current_path"] == "/a/?b=1"
    assert [choice.code for choice in values["language_choices"]] == LANGUAGES
    assert [choice.code for choice in values["language_choices"] if choice.current] == [language]
    assert [choice.html_lang for choice in values["language_choices"]] == ["ja", "ja", "en"]


@pytest.mark.parametrize("shell", ["portal", "office"])
def test_shells_hold_the_blocks_and_cope_without_menu(shell):
    markup = page(
        f"{{% extends 'ui/shells/{shell}.html' %}}{{% block title %}}題{{% endblock %}}"
        "{% block content %}<h1>中身</h1>{% endblock %}"
    )
    assert '<html lang="ja"' in markup
    assert "<title>題 | " in markup
    assert markup.index('href="#main"') < markup.index("<header")
    assert re.search(r'<main id="main".*<h1>中身</h1>.*</main>', markup, re.DOTALL)
    assert 'id="menu"' not in markup
    assert 'href="#menu"' not in markup
    assert 'action="/language/"' in markup
    assert '<input type="hidden" name="next" value="/a/?b=1">' in markup


def test_shells_show_the_menu():
    menu = [SimpleNamespace(label="<申請>", url="/a/", current=True, count=3), {"label": "x", "url": "/b/"}]
    markup = page("{% extends 'ui/shells/office.html' %}", menu=menu)
    assert '<a href="/a/" aria-current="page">&lt;申請&gt; <span class="mg-count">3件</span></a>' in markup
    assert '<a href="/b/">x</a>' in markup


def test_office_shell_shows_who_is_signed_in():
    viewer = SimpleNamespace(is_signed_in=True, name="佐藤 <恵>", office="市民課", post="係長")
    markup = page("{% extends 'ui/shells/office.html' %}", viewer=viewer)
    assert "市民課 係長" in markup
    assert "佐藤 &lt;恵&gt;" in markup
    assert re.search(r'<form method="post" action="[^"]*logout/">', markup)
    assert "logout" not in page(
        "{% extends 'ui/shells/office.html' %}", viewer=SimpleNamespace(is_signed_in=False)
    )


def test_title_says_that_the_form_has_errors():
    assert "<title>エラー：題" in page(
        "{% extends 'ui/base.html' %}{% block title %}題{% endblock %}", form=SimpleNamespace(errors={"a": 1})
    )


def test_messages_and_breadcrumb():
    markup = page(
        "{% extends 'ui/base.html' %}",
        messages=[Message(20, "<保存>しました", "success")],
        breadcrumb=[("ホーム", "/"), ("ここ", "")],
    )
    assert "&lt;保存&gt;しました" in markup
    assert 'role="status"' in markup
    assert 'aria-current="page">ここ' in markup


def test_pages_obey_the_content_security_policy():
    markup = gallery(request_make()).content.decode()
    assert not re.search(
        r"\sstyle=|\son\w+=|javascript:", re.sub(r"<pre.*?</pre>", "", markup, flags=re.DOTALL)
    )
    assert not re.search(r"<script(?![^>]* src=)", markup)
    assert "<style" not in markup
    assert all(src.startswith("/static/") for src in re.findall(r'<script src="([^"]+)"', markup))
    assert '"includeIndicatorStyles":false' in markup
    assert '"allowEval":false' in markup


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["404", "403", "403_csrf", "400"])
def test_error_pages_say_what_to_do(name, language):
    with translation.override(language):
        request = request_make()
        markup = render_to_string(f"{name}.html", {"exception": "Secret"}, request)
    assert "<h1>" in markup
    assert 'href="/"' in markup
    assert "Secret" not in markup
    assert markup.count("<li") + markup.count("<p") >= 2


@pytest.mark.parametrize("name", ["500", "400"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_error_pages_need_no_context(name, language):
    with translation.override(language):
        markup = engines["django"].get_template(f"{name}.html").render()
    assert "<h1>" in markup
    assert '<html lang="en"' in markup or language != "en" or name == "400"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.key for sample in SAMPLES])
def test_samples_render(sample, language):
    with translation.override(language):
        markup = render_to_string(sample.template_name, sample.values(), request_make())
    assert markup.strip()
    assert "<script" not in markup
    ids = re.findall(r'\sid="([^"]+)"', markup)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("shell", ["portal", "office"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_gallery_shows_every_sample_without_a_query(language, shell):
    # No database fixture: a query would fail.
    with translation.override(language):
        response = gallery(request_make(f"/gallery/?shell={shell}"))
    markup = response.content.decode()
    for sample in SAMPLES:
        assert f'id="{sample.key}"' in markup
    ids = re.findall(r'\sid="([^"]+)"', re.sub(r"<pre.*?</pre>", "", markup, flags=re.DOTALL))
    assert sorted(ids) == sorted(set(ids))


def test_gallery_is_for_reading():
    assert gallery(RequestFactory().post("/gallery/")).status_code == 405


@pytest.mark.parametrize("shell", ["office", "portal"])
def test_base_pages_stand_on_the_shells(shell):
    template = (Path(ui.__file__).parent / "templates" / "ui" / f"base_{shell}.html").read_text(
        encoding="utf-8"
    )
    assert template.startswith(f'{{% extends "ui/shells/{shell}.html" %}}')


def test_pages_of_allauth_wear_the_house():
    class SignIn(forms.Form):
        login = forms.CharField(label="職員番号")
        password = forms.CharField(label="パスワード", widget=forms.PasswordInput)

    markup = page(
        "{% extends 'allauth/layouts/entrance.html' %}{% load allauth %}{% block head_title %}題{% endblock %}"
        "{% block content %}{% element h1 %}題{% endelement %}{% element form form=form method='post' %}"
        "{% slot body %}{% element fields form=form unlabeled=True %}{% endelement %}{% endslot %}"
        "{% slot actions %}{% element button type='submit' tags='prominent,login' %}送る{% endelement %}{% endslot %}"
        "{% endelement %}{% endblock %}",
        form=SignIn({"login": "x"}),
    )
    assert "mg--office" in markup
    assert "<title>エラー：題 | " in markup
    assert 'class="mg-label" for="id_login"' in markup
    assert 'class="mg-errors"' in markup
    assert '<button type="submit" class="mg-button mg-button--primary">送る</button>' in markup
    assert "novalidate" in markup
