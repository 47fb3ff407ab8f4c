"""YAML 1.2: plain scalars mean what the core schema says, lines are those of the text, nothing unfolds."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.yaml12 import Mapping, Scalar, Sequence, YamlRefused, yaml_compose, yaml_load


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None), ("~", None), ("", None), ("true", True), ("False", False), ("12", 12), ("-3", -3), ("007", 7),
        ("0o17", 15), ("0x1F", 31), ("1.5", 1.5), ("1e3", 1000.0), ("-.inf", float("-inf")), ("2026-04-01", date(2026, 4, 1)),
        # What YAML 1.1 made something else of.
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("12:30", "12:30"), ("1_000", "1_000"), ("0b1", "0b1"), ("=", "="),
        ("2026-04-01 10:00", "2026-04-01 10:00"),
        ("'12'", "12"), ('"true"', "true"), ('"2026-04-01"', "2026-04-01"), ("! 12", "12"), ("!!str 12", "12"), ("!!int '12'", 12),
    ],
)  # fmt: skip
def test_a_plain_scalar_means_what_the_core_schema_says(text: str, value: object) -> None:
    assert yaml_load(f"a: {text}\n") == {"a": value}


def test_an_empty_text_is_nothing() -> None:
    assert [yaml_load(text) for text in ("", "# only a comment\n", "---\n", "\ufeff")] == [None] * 4


def test_lines_are_those_of_the_text() -> None:
    root = yaml_compose("# one\na:\n  - x\n  - y: |\n      long\n")
    assert isinstance(root, Mapping)
    ((name, items),) = root.entries
    assert isinstance(items, Sequence)
    assert (root.line, name.line, items.line, [one.line for one in items.items]) == (2, 2, 3, [3, 4])
    inner = items.items[1]
    assert isinstance(inner, Mapping)
    assert inner.entries[0][1] == Scalar(4, "long\n", "str")


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("a: 1\n  b: 2\n", "syntax", 2),
        ("a: [1\n", "syntax", 2),
        ("a: 1\n---\nb: 1\n", "syntax", 2),
        ("a: \x07\n", "syntax", 0),
        ("a: \ud800\n", "syntax", 0),
        ("a: 2026-02-30\n", "syntax", 1),
        ("a: &x [1]\nb: *x\n", "alias", 2),
        ("a: 1\nb: 2\na: 3\n", "duplicate", 3),
        ("a:\n  <<: {b: 1}\n", "key", 2),
        ("? [a]\n: 1\n", "key", 1),
        ("a: !!python/object:os.system x\n", "tag", 1),
        ("a: !mine {b: 1}\n", "tag", 1),
        ("[" * 100_000, "deep", 1),
        ("- " * 100_000, "deep", 1),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_line(text: str, why: str, line: int) -> None:
    with pytest.raises(YamlRefused) as refused:
        yaml_load(text)
    assert (refused.value.why, refused.value.line) == (why, line)


# Beyond the first plane, JSON writes a letter as two escapes, and YAML as one.
TEXTS = st.text(st.characters(max_codepoint=0xD7FF), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_is_yaml(value: Any) -> None:
    assert yaml_load(json.dumps(value)) == value


@given(st.text(st.sampled_from("ab: -[]{}\n#&*!|>'\"%@`?,0.~\t\u3042"), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(YamlRefused):
        yaml_load(text)
