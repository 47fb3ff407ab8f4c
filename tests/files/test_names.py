"""A name that was cleaned can be kept, shown and given back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.files.intake.names import NAMELESS, extension_of, name_clean, name_with


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("写真.jpg", "写真.jpg"),
        ("C:\\Users\\taro\\申請書.pdf", "申請書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a/b/", NAMELESS),
        ("", NAMELESS),
        (" . ", NAMELESS),
        ("か\u3099き.txt", "がき.txt"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("annex\u202egpj.exe", "annexgpj.exe"),
        ("葛\U000e0100飾.txt", "葛\U000e0100飾.txt"),
        ("\ud800a.txt", "a.txt"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_people_give(given_: str, kept: str) -> None:
    assert name_clean(given_) == kept


@given(st.text(alphabet=st.characters(), max_size=400))
def test_a_cleaned_name_is_fit_and_stays_as_it_is(given_: str) -> None:
    name = name_clean(given_)
    assert 1 <= len(name) <= 200
    assert name == unicodedata.normalize("NFC", name)
    assert not set(name) & set('/\\\r\n\t"<>\u202e\u0000')
    assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in name)
    assert name == name.strip()
    assert name_clean(name) == name
    name.encode()


@given(st.text(alphabet=st.characters(), max_size=400), st.sampled_from(["pdf", "docx"]))
def test_an_end_that_is_added_is_there(given_: str, end: str) -> None:
    name = name_with(name_clean(given_), end)
    assert extension_of(name) == end
    assert len(name) <= 200
    assert name_clean(name) == name
