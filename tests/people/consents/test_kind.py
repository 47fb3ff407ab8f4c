"""The kind ``consent``: what a declaration must say, and what its lint finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from madoguchi.kernel.declarations import House, Layer, declarations_lint, declarations_load, house_folders

pytestmark = pytest.mark.once
GOOD = """
kind: consent
key: minamo.news
label: 催しのお知らせを受け取ること
service: city_hall
purpose: 催しを知らせるため。
text: 催しの日時と場所を、あなたが選んだ方法でお知らせします。
data: [連絡先]
recipients: [広報課]
basis: みなも市広報規則 第3条
withdrawal: お知らせは届かなくなります。
samples:
  - {answer: given}
  - answer: withdrawn
    refused: 「催しのお知らせを受け取ること」には同意していないため、取り消すものがありません。
"""


def codes(folder: Path, text: str) -> set[str]:
    (folder / "news.yaml").write_text(text, encoding="utf-8")
    house = House((*house_folders().layers, Layer("city", (folder,))), house_folders().bindings)
    loaded = declarations_load(house)
    issues = [*loaded.issues, *declarations_lint(loaded)]
    return {issue.code for issue in issues if issue.level == "error" and "minamo" in issue.declaration}


def test_a_whole_consent_has_nothing_wrong(tmp_path: Path) -> None:
    assert codes(tmp_path, GOOD) == set()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("service: city_hall", "service: no_such", "consent-service"),
        ("催しの日時と場所を、あなたが選んだ方法でお知らせします。", "お知らせします。", "consent-short"),
        ("[連絡先]", "[連絡先, 連絡先]", "consent-twice"),
        ("[広報課]", "[]", "field-wrong"),
        ("basis: みなも市広報規則 第3条\n", "", "field-missing"),
        ("withdrawal: お知らせは届かなくなります。\n", "", "field-missing"),
        ("{answer: given}", "{answer: withdrawn, before: refused}", "sample-failed"),
    ],
)
def test_what_is_wrong_is_found(old: str, new: str, code: str, tmp_path: Path) -> None:
    assert old in GOOD
    assert code in codes(tmp_path, GOOD.replace(old, new))


def test_the_consents_of_the_house_are_whole_and_refuse_something() -> None:
    declared = declarations_load().declarations
    consents = [found.model for (kind, _key), found in declared.items() if kind == "consent"]
    assert len(consents) >= 2
    assert all(any(sample.refused for sample in consent.samples) for consent in consents)
