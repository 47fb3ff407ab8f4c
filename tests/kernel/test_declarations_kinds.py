"""Invariants 6 and 11 of ``madoguchi.kernel.declarations``, and the kinds that the kernel owns."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from madoguchi.kernel.declarations import (
    Codelist,
    Context,
    Declared,
    House,
    Kind,
    Layer,
    Sample,
    SampleRefused,
    Service,
    Words,
    declaration_diff,
    declarations_lint,
    declarations_load,
    declarations_schema,
    kinds,
    size_of,
)
from madoguchi.kernel.declarations.kinds import Resolved
from madoguchi.kit.registry import AlreadyRegistered

HEAD = "kind: codelist\nkey: wards\nlabel: 地区\n"
ITEMS = 'items:\n  - {code: "01", label: 中央}\n'
ACCEPTED = '  - {code: "01", on: 2024-04-01}\n'
REFUSED = '  - {code: "09", on: 2024-04-01, refused: 「09」という符号はありません。}\n'


class SensorSample(Sample):
    value: int


class Sensor(Declared):
    kind: Literal["sensor"]
    unit: Words
    highest: int
    samples: tuple[SensorSample, ...] = ()


def sensor_try(sensor: Sensor, sample: SensorSample, context: Context) -> None:
    if sample.value > sensor.highest:
        raise SampleRefused(f"{sensor.highest}{sensor.unit} を超える値は受け付けません。")


SENSOR = Kind("sensor", Sensor, "センサー", sensor_try, None, ("~unit", "~highest"))


def load(folder: Path, text: str, kind: str = "codelist", key: str = "wards") -> tuple[Resolved, list[str]]:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    loaded = declarations_load(House((Layer("city", (folder,)),)))
    issues = [issue for issue in declarations_lint(loaded) if issue.level == "error"]
    return loaded.declarations[kind, key], [
        f"{issue.place.line} {issue.code} {issue.message}" for issue in issues
    ]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ("samples:\n" + ACCEPTED + REFUSED, []),
        ("", ["1 samples-missing"]),
        ("samples:\n" + ACCEPTED, ["6 samples-none-refused"]),
        ("samples:\n" + REFUSED, ["6 samples-none-accepted"]),
        ("samples:\n" + ACCEPTED + REFUSED.replace("09", "01"), ["8 sample-failed 断られるはずの例が通りました"]),
        ("samples:\n" + ACCEPTED + REFUSED + ACCEPTED.replace("01", "02"), ["9 sample-failed 通るはずの例が断られました"]),
        ("samples:\n" + ACCEPTED + REFUSED.replace("ありません", "ない"), ["8 sample-failed 断る文が違います"]),
    ],
)  # fmt: skip
def test_samples_come_out_as_they_say(tmp_path: Path, samples: str, expected: list[str]) -> None:
    _declaration, found = load(tmp_path, HEAD + ITEMS + samples)
    assert len(found) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True))


def test_a_block_brings_its_own_kind_in_a_few_lines(tmp_path: Path) -> None:
    text = (
        "kind: sensor\nkey: river.level\nlabel: 水位計\nunit: cm\nhighest: 500\nsamples:\n  - {value: 500}\n"
        "  - {value: 501, refused: 500cm を超える値は受け付けません。}\n"
    )
    with kinds.momentarily("sensor", SENSOR):
        declaration, found = load(tmp_path, text, "sensor", "river.level")
        assert found == []
        assert isinstance(declaration.model, Sensor)
        _declaration, found = load(
            tmp_path, text.replace("highest: 500", "highest: 400"), "sensor", "river.level"
        )
        assert [one.split()[1] for one in found] == ["sample-failed", "sample-failed"]
        with pytest.raises(AlreadyRegistered):
            kinds.register("sensor", SENSOR)


# Codelists


def test_a_code_is_good_for_its_days_and_refused_with_the_reason() -> None:
    codelist = Codelist.model_validate_json(
        '{"kind":"codelist","key":"wards","label":"地区","items":['
        '{"code":"01","label":"旧町","valid_to":"2024-03-31"},'
        '{"code":"02","label":"新町","valid_from":"2024-04-01","order":2},'
        '{"code":"03","label":"中央","order":1}]}'
    )
    before, after = date(2024, 3, 31), date(2024, 4, 1)
    assert [item.code for item in codelist.items_on(before)] == ["01", "03"]
    assert [item.code for item in codelist.items_on(after)] == ["03", "02"]
    assert codelist.refusal("01", before) == ""
    assert codelist.refusal("01", after) == "「旧町」（01）は 2024-03-31 までで使えなくなりました。"
    assert codelist.refusal("02", before) == "「新町」（02）は 2024-04-01 から使えます。"
    assert codelist.refusal("09", after) == "「09」という符号はありません。"
    assert codelist.item_on("02", after) is codelist.items[1]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ('  - {code: "02", label: 北, valid_from: 2024-04-01, valid_to: 2024-03-31}\n', "6 code-period"),
        ('  - {code: "01", label: 北}\n', "6 code-twice"),
        ('  - {code: "02", label: 北, parent: "1"}\n', "6 code-parent "),
        ('  - {code: "02", label: 北, parent: "02"}\n', "6 code-parent-loop"),
    ],
)
def test_a_codelist_that_contradicts_itself_is_refused(tmp_path: Path, items: str, expected: str) -> None:
    _declaration, found = load(tmp_path, HEAD + ITEMS + items + "samples:\n" + ACCEPTED + REFUSED)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_one_code_twice_on_different_days_is_right(tmp_path: Path) -> None:
    items = 'items:\n  - {code: "01", label: 旧, valid_to: 2024-03-31}\n  - {code: "01", label: 新, valid_from: 2024-04-01}\n'
    _declaration, found = load(tmp_path, HEAD + items + "samples:\n" + ACCEPTED + REFUSED)
    assert found == []


# Services


def service(**fields: Any) -> Service:
    values = {"kind": "service", "key": "akiya", "label": "空き家", "summary": "相談", **fields}
    return Service.model_validate(values)


def test_what_was_not_verified_is_never_ready(tmp_path: Path) -> None:
    assert service(catalogue="ready").is_ready
    assert not service(catalogue="ready", verified=False).is_ready
    assert not service().is_ready
    text = (
        "kind: service\nkey: akiya\nlabel: 空き家\nsummary: 相談\ncatalogue: ready\nverified: false\n"
        "roles:\n  - {key: a, label: 甲, rights: [kernel.health_view]}\n"
        "  - {key: a, label: 乙, rights: [kernel.health_view]}\n"
        "samples:\n  - {role: a, right: kernel.health_view}\n"
        "  - {role: b, right: kernel.health_view, refused: 「b」という役割はありません。}\n"
    )
    _declaration, found = load(tmp_path, text, "service", "akiya")
    assert [one.rsplit(" ", 1)[0].split()[:2] for one in found] == [
        ["5", "service-unverified"],
        ["9", "key-twice"],
    ]


# Differences


def resolved(folder: Path, text: str) -> Resolved:
    return load(folder, text)[0]


@pytest.mark.parametrize(
    ("before", "after", "words", "size"),
    [
        ("label: 地区", "label: 地域", ["変更 label: 「地区」 → 「地域」"], "minor"),
        ("label: 中央}", "label: 中心}", ["変更 items.01.label: 「中央」 → 「中心」"], "minor"),
        (ITEMS, ITEMS + '  - {code: "02", label: 北, valid_to: 2030-03-31}\n', ["追加 items.02: 「北」"], "minor"),
        (ITEMS + '  - {code: "02", label: 北}\n', ITEMS, ["削除 items.02: 「北」"], "major"),
        ("label: 中央}", "label: 中央, valid_to: 2030-03-31}", ["追加 items.01.valid_to: 「2030-03-31」"], "major"),
        ("samples:\n", 'samples:\n  - {code: "01", on: 2020-04-01}\n', ["変更 samples: 2件 → 3件"], "minor"),
    ],
)  # fmt: skip
def test_a_difference_is_put_into_words_and_weighed(
    tmp_path: Path, before: str, after: str, words: list[str], size: str
) -> None:
    text = HEAD + ITEMS + "samples:\n" + ACCEPTED + REFUSED
    old = text if before in text else text.replace(after, before)
    new = old.replace(before, after)
    assert old != new
    changes = declaration_diff(resolved(tmp_path, old), resolved(tmp_path, new))
    assert [change.words for change in changes] == words
    assert size_of(changes) == size


def test_another_order_and_another_translation_are_minor(tmp_path: Path) -> None:
    text = HEAD + ITEMS + '  - {code: "02", label: 北}\n' + "samples:\n" + ACCEPTED + REFUSED
    turned = (
        HEAD
        + 'items:\n  - {code: "02", label: 北}\n  - {code: "01", label: 中央}\nsamples:\n'
        + ACCEPTED
        + REFUSED
    )
    first = resolved(tmp_path, text)
    changes = declaration_diff(first, resolved(tmp_path, turned))
    assert [(change.how, change.size) for change in changes] == [("reordered", "minor")]
    (tmp_path / "texts.en.yaml").write_text("wards.label: Wards\n")
    changes = declaration_diff(first, resolved(tmp_path, text))
    assert [(change.words, change.size) for change in changes] == [("追加 texts.en: 「Wards」", "minor")]


# Schemas


def test_editors_get_a_schema_of_every_kind() -> None:
    schemas = declarations_schema()
    assert {*kinds.keys(), "declarations"} == set(schemas)
    assert schemas["codelist"]["properties"]["kind"] == {"const": "codelist"}
    assert schemas["codelist"]["additionalProperties"] is False
    assert {"$ref": "service.schema.json"} in schemas["declarations"]["anyOf"]


def test_the_example_of_the_reference_holds(tmp_path: Path) -> None:
    reference = Path(__file__).parents[2] / "docs" / "declarations.md"
    example = reference.read_text(encoding="utf-8").split("```yaml\nkind: codelist\n")[1].split("```")[0]
    _declaration, found = load(tmp_path, "kind: codelist\n" + example)
    assert found == []
