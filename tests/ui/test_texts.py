"""Texts: catalogues are compiled when needed; what is not translated is found."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

import polib
import pytest
from django.utils.translation import gettext as translate
from django.utils.translation import override, to_locale

from madoguchi.ui.texts import TextsUnwritable, texts_compile, texts_missing

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


@pytest.mark.lint
def test_the_design_system_is_translated():
    report = texts_missing(["madoguchi.ui", "madoguchi.kit"])
    assert not report.problems, str(report)
    assert len(report.texts) > 200


def test_easy_japanese_has_its_folder_and_its_texts():
    assert to_locale("ja-easy") == "ja_Easy"
    with override("ja-easy"):
        assert translate("必須") == "かならず"
        # What is not in the catalogue falls back to Django's Japanese.
        assert translate("Monday") == "月曜日"
    with override("en"):
        assert translate("必須") == "required"
    with override("ja"):
        assert translate("必須") == "必須"


# --- compiling ---


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "app" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO + 'msgid "市"\nmsgstr "City"\n', encoding="utf-8")
    return path


def test_compiles_what_is_missing_or_older(catalogue: Path, tmp_path: Path):
    target = catalogue.with_suffix(".mo")
    assert texts_compile(tmp_path) == [target]
    assert polib.mofile(str(target))[0].msgstr == "City"
    assert texts_compile(tmp_path) == []
    os.utime(catalogue, ns=(target.stat().st_mtime_ns + 1, target.stat().st_mtime_ns + 1))
    assert texts_compile(tmp_path) == [target]
    assert sorted(path.name for path in catalogue.parent.iterdir()) == ["django.mo", "django.po"]


def test_a_failed_compile_leaves_the_old_catalogue(catalogue: Path, tmp_path: Path, monkeypatch):
    texts_compile(tmp_path)
    old = catalogue.with_suffix(".mo").read_bytes()
    os.utime(catalogue, ns=(2**62, 2**62))

    def broken(self, name):
        Path(name).write_bytes(b"half")
        raise RuntimeError("killed")

    monkeypatch.setattr(polib.POFile, "save_as_mofile", broken)
    with pytest.raises(RuntimeError):
        texts_compile(tmp_path)
    assert catalogue.with_suffix(".mo").read_bytes() == old
    assert len(list(catalogue.parent.iterdir())) == 2


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")]
)
def test_read_only_folder(catalogue: Path, tmp_path: Path, monkeypatch, error):
    import tempfile

    def refuse(**_):
        raise error

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(TextsUnwritable, match=r"django\.mo cannot be written"):
        texts_compile(tmp_path)
    catalogue.with_suffix(".mo").write_bytes(b"old")
    os.utime(catalogue.with_suffix(".mo"), ns=(1, 1))
    assert texts_compile(tmp_path) == []


# --- finding ---


@pytest.fixture
def planted(tmp_path: Path, monkeypatch, settings):
    """Build a package ``planted_<n>`` with the given files, read as an app of the house."""
    settings.LANGUAGES = [("ja", "日本語"), ("en", "English")]
    root = tmp_path / f"planted_{tmp_path.name.replace('-', '_')}"
    monkeypatch.syspath_prepend(str(tmp_path))

    def build(po: str = "", **files: str):
        (root / "templates").mkdir(parents=True, exist_ok=True)
        (root / "__init__.py").touch()
        for name, text in files.items():
            suffix = ".py" if name.startswith("py_") else ".html"
            folder = root if suffix == ".py" else root / "templates"
            (folder / (name + suffix)).write_text(textwrap.dedent(text), encoding="utf-8")
        path = root / "locale" / "en" / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PO + textwrap.dedent(po), encoding="utf-8")
        return texts_missing([root.name], base=root)

    yield build
    sys.modules.pop(root.name, None)


def said(report) -> list[tuple[str, str, str]]:
    return [(problem.kind, problem.where, problem.text) for problem in report.problems]


def test_finds_texts_in_templates(planted):
    report = planted(
        a="""\
        {% load i18n %}{% if x %}{% translate "未訳い" %}{% endif %}
        {% for y in z %}{% blocktranslate count n=n trimmed %}
          {{ n }}ろ
        {% plural %}
          {{ n }}ろろ
        {% endblocktranslate %}{% empty %}{% translate "未訳は" context "文脈" %}{% endfor %}
        {% block b %}{% notice "info" title=_("未訳に") %}{% translate "未訳ほ" as h %}{% endnotice %}{% endblock %}
        {{ x|default:_("未訳へ") }}{% translate "100%" %}
        """
    )
    found = {(text.text, text.context, text.plural, text.where) for text in report.texts}
    assert found == {
        ("未訳い", "", "", "templates/a.html:1"),
        ("%(n)sろ", "", "%(n)sろろ", "templates/a.html:2"),
        ("未訳は", "文脈", "", "templates/a.html:6"),
        ("未訳に", "", "", "templates/a.html:7"),
        ("未訳ほ", "", "", "templates/a.html:7"),
        ("未訳へ", "", "", "templates/a.html:8"),
        ("100%%", "", "", "templates/a.html:8"),
    }
    assert {problem.kind for problem in report.problems} == {"untranslated"}
    assert len(report.problems) == 7


def test_finds_texts_in_python(planted):
    report = planted(
        py_a="""\
        from django.utils import translation
        from django.utils.translation import gettext_lazy as _, ngettext, pgettext
        A = _("い")
        B = translation.gettext("ろ")
        C = pgettext("文脈", "は")
        D = ngettext("%(n)d件", "%(n)d件々", 3)
        name = "に"
        E = _(name)
        F = _(f"{name}ほ")
        G = _("へ %s" % name)

        class Late(Refused):
            texts = {"late": "{day}に締め切りました。"}
        """
    )
    assert [(text.text, text.context, text.plural) for text in report.texts] == [
        ("{day}に締め切りました。", "", ""),
        ("い", "", ""),
        ("ろ", "", ""),
        ("は", "文脈", ""),
        ("%(n)d件", "", "%(n)d件々"),
    ]
    assert [problem.where for problem in report.of_kind("dynamic")] == ["py_a.py:10", "py_a.py:9"]


def test_translated_texts_pass_and_leftovers_are_named(planted):
    report = planted(
        po="""\
        msgid "い"
        msgstr "A"

        #, fuzzy
        msgid "ろ"
        msgstr "B"

        msgctxt "文脈"
        msgid "は"
        msgstr "C"

        msgid "%(n)s件"
        msgid_plural "%(n)s件"
        msgstr[0] "%(n)s case"
        msgstr[1] ""

        msgid "{day}まで"
        msgstr "until {date}"

        msgid "古い"
        msgstr "old"

        msgid "This field is required."
        msgstr "Needed."
        """,
        py_a="""\
        T = [_("い"), _("ろ"), pgettext("文脈", "は"), _("は"), ngettext("%(n)s件", "%(n)s件", 2), _("{day}まで")]
        """,
    )
    assert sorted((kind, text) for kind, _, text in said(report)) == [
        ("placeholder", "{day}まで"),
        ("untranslated", "%(n)s件"),
        ("untranslated", "は"),
        ("untranslated", "ろ"),
        ("unused", "古い"),
    ]
    assert report.of_kind("unused")[0].where.startswith("locale/en/LC_MESSAGES/django.po:")
    assert "write msgstr in the en catalogue" in str(report)


def test_finds_japanese_outside_translation(planted):
    report = planted(
        a="""\
        {% load i18n %}<p>
        むき出し</p>
        <img alt="絵">
        {% if kind == "種別" %}{% endif %}
        {% button "送る" %}{{ x|default:"なし" }}
        {# 注釈 #}{% comment %}注釈{% endcomment %}<!-- 注釈
        --><!-- x -->ABC
        """,
        b="""\
        {# texts: japanese only #}
        <p>請求書</p>{% button "送る" %}
        """,
    )
    assert said(report) == [
        ("literal", "templates/a.html:2", "むき出し"),
        ("literal", "templates/a.html:3", '絵"'),
        ("literal", "templates/a.html:4", "種別"),
        ("literal", "templates/a.html:5", "なし"),
        ("literal", "templates/a.html:5", "送る"),
    ]


def test_clean_package_has_nothing_to_say(planted):
    report = planted(a="<p>ABC</p>")
    assert not report.problems
    assert str(report) == "all texts are translated"


def test_unknown_package_is_refused():
    with pytest.raises(ModuleNotFoundError):
        texts_missing(["no_such_package_here"])
