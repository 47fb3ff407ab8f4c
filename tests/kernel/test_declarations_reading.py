"""Invariants 1 and 2 of ``madoguchi.kernel.declarations``: every mistake has its line, code and suggestion."""

from __future__ import annotations

from pathlib import Path

import pytest

from madoguchi.kernel.declarations import House, Layer, declarations_lint, declarations_load

GOOD = """\
kind: codelist
key: wards
label: 地区
items:
  - {code: "01", label: 中央}
samples:
  - {code: "01", on: 2024-04-01}
  - {code: "09", on: 2024-04-01, refused: 「09」という符号はありません。}
"""
SERVICE = """\
kind: service
key: akiya
label: 空き家
summary: 空き家の相談を受ける。
roles:
  - {key: officer, label: 担当, rights: [kernel.health_view]}
samples:
  - {role: officer, right: kernel.health_view}
  - {role: officer, right: kernel.audit_view, refused: 担当には「監査記録を見る」の権限がありません。}
"""


def findings(folder: Path, text: str | bytes) -> list[str]:
    """Lint one file of a city: ``line code message suggestion`` of each error."""
    file = folder / "a.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    issues = declarations_lint(declarations_load(House((Layer("city", (folder,)),))))
    assert all(issue.place.file == file for issue in issues)
    return [
        f"{issue.place.line} {issue.code} {issue.message}{issue.suggestion}"
        for issue in issues
        if issue.level == "error"
    ]


@pytest.mark.parametrize("text", [GOOD, SERVICE, f"# nothing yet\n{GOOD}", "", "# only a comment\n"])
def test_what_is_right_is_not_found_fault_with(tmp_path: Path, text: str) -> None:
    assert findings(tmp_path, text) == []


def test_several_declarations_stand_in_one_file(tmp_path: Path) -> None:
    def inside(text: str) -> str:
        lines = text.splitlines()
        return "\n".join(["  - " + lines[0], *(f"    {line}" for line in lines[1:])]) + "\n"

    assert findings(tmp_path, "declarations:\n" + inside(GOOD) + inside(SERVICE)) == []
    broken = inside(GOOD).replace("label: 地区", "lable: 地区")
    assert [found.split(" 「")[0] for found in findings(tmp_path, "declarations:\n" + broken)] == [
        "2 field-missing",
        "4 field-unknown",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD + "label: 区\n", ["9 yaml-duplicate-key 「label」が二度あります（3行目にもあります）。"]),
        (GOOD.replace('"09"', "09"), ['8 yaml-number 09 は数か符号か分かりません。符号なら "09" と書いてください。']),
        (GOOD + "order: 1.5\n", ['9 yaml-float 小数 1.5 は引用符で囲みます。"1.5" と書いてください。']),
        (
            "a: &x [1]\nb: *x\n",
            ["2 yaml-alias 別名（&・*）は使えません。同じ内容を書いてください。"],
        ),
        ("kind: codelist\n  key: x\n", ["2 yaml-syntax YAML として読めません（mapping values are not allowed in this context）。"]),
        (
            "? [a]\n: 1\n",
            ["1 yaml-key 項目の名前は文字列だけです。"],
        ),
        ("key: !!python/none x\n", ["1 yaml-tag タグ tag:yaml.org,2002:python/none は使えません。"]),
        ("a: " + "[" * 30 + "]" * 30, ["1 yaml-deep 入れ子が深すぎます（20段まで）。"]),
        (b"label: \x8b\xe6\n", ["1 file-not-utf8 文字コードが UTF-8 ではありません。"]),
        ("- a\n", ["1 declaration-shape 宣言は kind: と key: のある項目の組です。"]),
        ("declarations: 3\n", ["1 declaration-shape declarations: には宣言の一覧を書きます。"]),
        ("kind: codelists\nkey: a\n", ["1 kind-unknown 「codelists」という種類はありません。「codelist」ではありませんか。"]),
        ("key: a\n", ["1 kind-unknown 宣言には kind: が要ります。"]),
        ("kind: codelist\n", ["1 key-not-natural 宣言には key: が要ります。"]),
        (
            GOOD.replace("label: 地区", "lable: 地区"),
            ["1 field-missing 「label」がありません。", "3 field-unknown 「lable」という項目はありません。「label」ではありませんか。"],
        ),
        (
            GOOD.replace("label: 中央", "labell: 中央"),
            [
                "5 field-missing 「label」がありません。",
                "5 field-unknown 「labell」という項目はありません。「label」ではありませんか。",
            ],
        ),
        (
            GOOD.replace('{code: "01", label', "{code: 1, label"),
            ['5 field-wrong 「items.1番目.code」: 文字列を書いてください。"1" のように引用符で囲んでください。'],
        ),
        (
            GOOD.replace("2024-04-01}", "2024-02-30}"),
            [
                "7 field-wrong 「samples.1番目.on」: 「2024-02-30」は日付ではありません。2024-04-01 のように書いてください。"
            ],
        ),
        (GOOD + "verified: はい\n", ["9 field-wrong 「verified」: true か false を書いてください。"]),
        (
            SERVICE + "catalogue: redy\n",
            [
                "10 field-wrong 「catalogue」: 「redy」は使えません。使えるのは ready, draft です。「ready」ではありませんか。"
            ],
        ),
        (
            SERVICE.replace("rights: [kernel.health_view]", "rights: [kernel.health_veiw]"),
            [
                "6 right-unknown 「kernel.health_veiw」という権限はありません。「kernel.health_view」ではありませんか。",
                "8 sample-failed 通るはずの例が断られました: 「担当には「稼働状況を見る」の権限がありません。」",
            ],
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_was_meant(
    tmp_path: Path, text: str | bytes, expected: list[str]
) -> None:
    assert findings(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("https://akiya.example", "URL"),
        ('"1234"', "番号"),
        ("6f9619ff-8b86-d011-b42d-00c04fc964ff", "UUID"),
        ("token_9f86d081884c7d659a2feaa0c55ad015", "秘密"),
        ("Akiya", "小文字"),
        ("akiya-house", "小文字"),
        ("a" * 101, "長すぎます"),
    ],
)
def test_a_key_is_a_natural_one(tmp_path: Path, key: str, says: str) -> None:
    found = findings(tmp_path, GOOD.replace("key: wards", f"key: {key}"))
    assert len(found) == 1
    assert found[0].startswith("2 key-not-natural")
    assert says in found[0]


def test_one_key_is_declared_once(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(GOOD)
    (tmp_path / "a.yaml").write_text(GOOD)
    issues = declarations_load(House((Layer("city", (tmp_path,)),))).issues
    assert [(issue.place.file.name, issue.code) for issue in issues] == [("b.yaml", "declaration-twice")]
    assert "a.yaml:1" in issues[0].message


def test_samples_and_texts_are_no_declarations(tmp_path: Path) -> None:
    for name in ("samples/x.yaml", "sample_city/x.yaml", ".git/x.yaml", "node_modules/x.yaml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("- no declaration\n")
    assert findings(tmp_path, GOOD) == []
