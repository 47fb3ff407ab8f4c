"""What holds for every field and every value that it accepts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.blocks.fields.types import Ctx, Read, ValueRefused
from tests.fields.values import CTX, FIELDS

KINDS = sorted(FIELDS)


def accepted(field: Any, value: Any) -> Any:
    """Give a drawn value as the field keeps it, or None where the field refuses it for its text (a 12-digit number)."""
    try:
        return field.read(field.write(value, CTX), CTX).value
    except ValueRefused as refused:
        if refused.code not in ("my_number", "unseen"):
            raise
        return None


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_again(kind: str, data: st.DataObject) -> None:
    field, values = FIELDS[kind]
    kept = accepted(field, data.draw(values))
    if kept is None:
        return
    text = field.write(kept, CTX)
    assert field.read(text, CTX) == Read(kept)
    assert field.read(f"　{text}\n", CTX).value == kept
    field.check(kept, CTX)
    assert fits(field.value_schema(), kept)
    assert isinstance(field.show(kept, CTX), str)
    assert field.show(kept, CTX)
    form = field.form_field(CTX)
    assert (
        form.clean(form.widget.value_from_datadict(*posted(form.widget, field.typed(kept, CTX)), "one"))
        == kept
    )


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=80, deadline=None)
@given(
    typed=st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["=cmd()", "24:00", "*", "－", "123456789018", "○", "１２", "{}", "[]", "[[]]", "\0"]
        ),
    )
)
def test_whatever_is_typed_is_read_or_refused_in_words(kind: str, typed: str) -> None:
    field, _values = FIELDS[kind]
    kept, refused = tried(field, typed)
    if kept is not None:
        field.check(kept, CTX)
        assert field.read(field.write(kept, CTX), CTX).value == kept
    if refused is not None:
        assert refused.message.endswith("。") or re.search("例[：:]", refused.message), refused.message
    if refused is not None and refused.proposal:
        chosen = field.read(typed, Ctx(on=CTX.on, repairs=frozenset({refused.proposal.repair})))
        assert chosen.repairs[0] is refused.proposal.repair


def tried(field: Any, typed: str) -> tuple[Any, ValueRefused | None]:
    try:
        return field.read(typed, CTX).value, None
    except ValueRefused as refused:
        return None, refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "wrong",
    [
        1.5,
        [],
        {},
        [None],
        {"written": 1},
        object,
        "\ud800",
        [[1]],
        {"lat": "x", "lon": "y"},
        "",
        " ",
        " a",
        "a\n",
    ],
)
def test_what_is_no_value_is_refused(kind: str, wrong: Any) -> None:
    field, _values = FIELDS[kind]
    with pytest.raises(ValueRefused):
        field.check(wrong, CTX)


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Judge a value by the words of JSON Schema that fields use; every other word fails."""
    known = {"type", "pattern", "minLength", "maxLength", "minimum", "maximum", "enum", "items", "minItems", "maxItems",
             "uniqueItems", "properties", "required", "additionalProperties", "description"}  # fmt: skip
    assert set(schema) <= known, schema
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        return bool(re.search(schema.get("pattern", ""), value)) and schema.get("minLength", 0) <= len(
            value
        ) <= schema.get("maxLength", 10**9)
    if isinstance(value, list):
        return schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9) and all(
            fits(schema["items"], one) for one in value
        )
    if isinstance(value, dict):
        inner = schema["properties"]
        return set(schema.get("required", ())) <= set(value) <= set(inner) and all(
            fits(inner[key], one) for key, one in value.items()
        )
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


class Inputs(HTMLParser):
    """Collects what a browser would post of the inputs of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.data = QueryDict(mutable=True)
        self._name, self._text = "", None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in ("select", "textarea"):
            self._name, self._text = found["name"], "" if tag == "textarea" else None
        elif tag == "option" and "selected" in found:
            self.data.appendlist(self._name, found["value"])
        elif tag == "input" and (found["type"] not in ("radio", "checkbox") or "checked" in found):
            self.data.appendlist(found["name"], found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.data.appendlist(self._name, (self._text or "").removeprefix("\n"))
            self._text = None


def posted(widget: Any, value: Any) -> tuple[Any, Any]:
    """Post what a widget shows, every input with its value."""
    return Inputs(widget.render("one", value)).data, {}
