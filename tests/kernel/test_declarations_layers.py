"""Invariants 3, 4 and 5 of ``madoguchi.kernel.declarations``: layers, bindings, overlays, translations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from madoguchi.kernel.declarations import (
    House,
    Layer,
    Loaded,
    declarations_lint,
    declarations_load,
    text_for,
)
from madoguchi.kernel.declarations.folders import Bindings, house_folders
from madoguchi.kernel.declarations.reading import yaml_read
from madoguchi.kit.canonical import canonical_hash

BASE = """\
kind: codelist
key: wards
label: 地区
items:
  - {code: "01", label: 中央, order: 1}
  - {code: "02", label: 北, order: 2}
samples:
  - {code: "01", on: 2024-04-01}
  - {code: "09", on: 2024-04-01, refused: 「09」という符号はありません。}
"""
TEXTS = """\
wards.label: Wards
wards.items.01.label: Centre
wards.items.02.label: North
"""


class City:
    """Three layers in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("base/wards.yaml", BASE)
        for language in ("en", "ja-easy"):
            self.write(f"base/texts.{language}.yaml", TEXTS)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def load(self, **old: object) -> Loaded:
        layers = (
            Layer("base", (self.folder / "base",)),
            Layer("prefecture", (self.folder / "prefecture",)),
            Layer("city", (self.folder / "city",)),
        )
        bindings = Bindings()
        if (path := self.folder / "bindings.yaml").exists():
            root, _issues = yaml_read(path, "city")
            assert root is not None
            bindings = Bindings(root.mapping["values"].mapping)
        return declarations_load(House(layers, bindings), old_base=lambda _kind, _key, sha: old.get(sha))  # type: ignore[arg-type,return-value]

    def findings(self, level: str = "error") -> list[str]:
        return [
            f"{issue.place.file.relative_to(self.folder)}:{issue.place.line} {issue.code}"
            for issue in declarations_lint(self.load())
            if issue.level == level
        ]

    def wards(self) -> dict[str, object]:
        return self.load().declarations["codelist", "wards"].document


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def test_higher_layers_win_and_every_value_knows_its_line(city: City) -> None:
    city.write(
        "prefecture/a.yaml", 'overlay: codelist/wards\nitems:\n  - {code: "02", label: 北部, order: 3}\n'
    )
    city.write(
        "city/a.yaml",
        'overlay: codelist/wards\nlabel: 町名\nitems:\n  - {code: "02", label: 北町}\n  - {code: "03", label: 南町}\n',
    )
    found = city.load().declarations["codelist", "wards"]
    assert found.document["label"] == "町名"
    assert found.document["items"] == [
        {"code": "01", "label": "中央", "order": 1},
        {"code": "02", "label": "北町", "order": 3},
        {"code": "03", "label": "南町"},
    ]
    places = {
        path: (found.place(*path).layer, found.place(*path).line)
        for path in [
            ("label",),
            ("items", 0, "label"),
            ("items", 1, "label"),
            ("items", 1, "order"),
            ("items", 2),
        ]
    }
    assert places == {
        ("label",): ("city", 2),
        ("items", 0, "label"): ("base", 5),
        ("items", 1, "label"): ("city", 4),
        ("items", 1, "order"): ("prefecture", 3),
        ("items", 2): ("city", 5),
    }


def test_an_issue_points_at_the_layer_that_made_the_mistake(city: City) -> None:
    city.write("city/a.yaml", 'overlay: codelist/wards\nitems:\n  - code: "02"\n    order: 二番\n')
    assert city.findings() == ["city/a.yaml:4 field-wrong"]


def test_an_overlay_removes_what_it_names_and_nothing_else(city: City) -> None:
    city.write("city/a.yaml", 'overlay: codelist/wards\nitems:\n  - ~remove: ["02"]\n')
    assert city.wards()["items"] == [{"code": "01", "label": "中央", "order": 1}]
    city.write("city/a.yaml", "overlay: codelist/wards\n~remove: [label]\n")
    assert "label" not in city.wards()
    city.write("city/a.yaml", 'overlay: codelist/wards\nitems:\n  - ~remove: ["03"]\n~remove: [lable]\n')
    assert city.findings() == ["city/a.yaml:3 overlay-remove", "city/a.yaml:4 overlay-remove"]
    assert "「label」ではありませんか。" in city.load().issues[-1].suggestion


def test_a_code_that_comes_several_times_is_named_with_its_day(city: City) -> None:
    dated = '  - {code: "01", label: 中央区, order: 1, valid_from: 2025-04-01}\n  - {code: "02"'
    city.write(
        "base/wards.yaml",
        BASE.replace(
            'order: 1}\n  - {code: "02"', f"order: 1, valid_from: 2020-04-01, valid_to: 2025-03-31}}\n{dated}"
        ),
    )
    city.write("city/a.yaml", 'overlay: codelist/wards\nitems:\n  - {code: "01", label: 都心}\n')
    assert "city/a.yaml:3 overlay-ambiguous" in city.findings()
    city.write(
        "city/a.yaml",
        'overlay: codelist/wards\nitems:\n  - {code: "01", valid_from: 2025-04-01, label: 都心}\n',
    )
    assert [item["label"] for item in city.wards()["items"]] == ["中央", "都心", "北"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("overlay: codelist/ward\n", "city/a.yaml:1 overlay-unknown"),
        ("overlay: codelist/wards\nkey: other\n", "city/a.yaml:1 overlay-shape"),
        (BASE, "city/a.yaml:1 declaration-twice"),
    ],
)
def test_an_overlay_needs_a_declaration_beneath_it(city: City, text: str, finding: str) -> None:
    city.write("city/a.yaml", text)
    assert city.findings() == [finding]


def test_a_base_that_changed_stops_the_overlay_with_a_three_way_preview(city: City) -> None:
    old = city.wards()
    sha = canonical_hash(old)
    assert city.load().declarations["codelist", "wards"].base_sha256 == sha
    city.write("city/a.yaml", f"overlay: codelist/wards\nbase_sha256: {sha}\nlabel: 町名\n")
    assert city.findings() == []
    city.write(
        "base/wards.yaml", BASE.replace("label: 地区", "label: 地域").replace("label: 北,", "label: 北部,")
    )
    assert "city/a.yaml:1 overlay-base-changed" in city.findings()
    unknown = city.load().issues[0]
    assert "書いた当時の内容は残っていません" in unknown.message
    known = city.load(**{sha: old}).issues[0]
    assert "変更 label: 「地区」 → 「地域」（重ね書きもここを変えています）" in known.message
    assert known.message.endswith("変更 items.02.label: 「北」 → 「北部」。")
    # Having looked, the author writes the new hash, and the overlay holds again.
    renewed = known.suggestion.split("base_sha256: ")[1].split(" ")[0]
    city.write("city/a.yaml", f"overlay: codelist/wards\nbase_sha256: {renewed}\nlabel: 町名\n")
    assert not any("overlay-base-changed" in finding for finding in city.findings())


def test_values_of_the_environment_come_from_the_bindings(city: City) -> None:
    city.write("city/a.yaml", "overlay: codelist/wards\nlabel: {binding: ward_word}\n")
    assert city.findings()[0] == "city/a.yaml:2 binding-missing"
    city.write("bindings.yaml", "values:\n  ward_words: 町内\n")
    assert any("「ward_words」ではありませんか。" in issue.suggestion for issue in city.load().issues)
    city.write("bindings.yaml", "values:\n  ward_word: 町内\n")
    assert city.wards()["label"] == "町内"
    assert city.load().declarations["codelist", "wards"].place("label").file.name == "bindings.yaml"


# Translations


def test_bindings_hold_what_the_house_reads_and_nothing_else(tmp_path: Path, settings: Any) -> None:
    settings.CITY_DIR = tmp_path
    text = "site: {name: 市}\nsign_in: {card: {issuer: https://op.example.jp}}\nsignatures: {folder: trust}\n"
    (tmp_path / "bindings.yaml").write_text(text, encoding="utf-8")
    assert house_folders().bindings.issues == ()
    (tmp_path / "bindings.yaml").write_text(text.replace("sign_in", "signin"), encoding="utf-8")
    (issue,) = house_folders().bindings.issues
    assert issue.code == "bindings-field"
    assert "sign_in" in issue.suggestion


def test_a_text_is_shown_in_its_language_or_in_japanese_marked_as_such(city: City) -> None:
    wards = city.load().declarations["codelist", "wards"]
    assert (text_for(wards, "items.02.label", "en").value, text_for(wards, "items.02.label", "en").lang) == (
        "North",
        "en",
    )
    assert text_for(wards, "items.02.label", "ja").value == "北"
    city.write("base/texts.en.yaml", "wards.label: Wards\n")
    wards = city.load().declarations["codelist", "wards"]
    assert (text_for(wards, "items.02.label", "en").value, text_for(wards, "items.02.label", "en").lang) == (
        "北",
        "ja",
    )
    with pytest.raises(KeyError):
        text_for(wards, "summary", "en")


def test_the_house_must_be_translated_and_a_city_is_only_told(city: City) -> None:
    assert city.findings() == []
    city.write("base/texts.en.yaml", "wards.label: Wards\nwards.items.01.label: Centre\n")
    assert city.findings() == ["base/wards.yaml:6 text-missing"]
    city.write("base/texts.en.yaml", TEXTS)
    city.write("city/own.yaml", BASE.replace("key: wards", "key: hamlets"))
    assert city.findings() == []
    assert city.findings("warning").count("city/own.yaml:3 text-missing") == 2


def test_a_translation_that_translates_nothing_is_found(city: City) -> None:
    city.write("base/texts.en.yaml", TEXTS + "wards.items.03.label: South\nwards.lable: Ward\n")
    assert city.findings() == ["base/texts.en.yaml:4 text-unknown", "base/texts.en.yaml:5 text-unknown"]
    city.write("base/texts.en.yaml", TEXTS)
    city.write("base/texts.fr.yaml", TEXTS)
    city.write("base/texts.ja-easy.yaml", TEXTS.replace("Centre", ""))
    assert "base/texts.fr.yaml:1 text-language" in city.findings()
    assert "base/texts.ja-easy.yaml:2 text-empty" in city.findings()


def test_a_translation_of_replaced_words_is_not_shown(city: City) -> None:
    city.write("city/a.yaml", "overlay: codelist/wards\nlabel: 町名\n")
    wards = city.load().declarations["codelist", "wards"]
    assert text_for(wards, "label", "en").value == "町名"
    assert text_for(wards, "items.01.label", "en").value == "Centre"
    assert city.findings() == []
    assert city.findings("warning") == ["city/a.yaml:2 text-missing"] * 2
    city.write("city/texts.en.yaml", "wards.label: Quarters\n")
    assert text_for(city.load().declarations["codelist", "wards"], "label", "en").value == "Quarters"
