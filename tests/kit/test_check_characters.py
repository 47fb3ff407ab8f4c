import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.check_characters import (
    RECEIPT_ALPHABET,
    RECEIPT_LETTERS,
    MyNumberFound,
    OfficialNumberRefused,
    ReceiptNumberRefused,
    corporate_number_fits,
    corporate_number_parse,
    invoice_number_parse,
    my_number_find,
    my_number_fits,
    receipt_number,
    receipt_number_parse,
)
from madoguchi.kit.width import ascii_to_full

receipts = st.binary(min_size=16, max_size=16).map(receipt_number)


def test_the_alphabet_has_no_vowels_and_no_twins():
    assert len(set(RECEIPT_ALPHABET)) == len(RECEIPT_ALPHABET) == 23
    assert not set(RECEIPT_ALPHABET) & set("AEIOUQDLZSGBV")


def test_a_receipt_number_looks_like_this():
    # C counts 10, times its weight 12 is 120; 18 (R) makes it a multiple of 23.
    assert receipt_number(bytes(16)) == "C000-0000-000R"
    assert receipt_number_parse("C000-0000-000R") == "C000-0000-000R"
    with pytest.raises(ValueError, match="16 random bytes"):
        receipt_number(bytes(15))


def test_every_character_turns_up_about_equally_often():
    source = random.Random(1)
    numbers = [receipt_number(source.randbytes(16)) for _ in range(2_300)]
    assert len(set(numbers)) == len(numbers)
    assert {number[0] for number in numbers} == set(RECEIPT_LETTERS)
    for place in (1, 5, 13):
        seen = [number[place] for number in numbers]
        assert all(50 < seen.count(character) < 160 for character in RECEIPT_ALPHABET)


@given(receipts)
def test_a_receipt_number_is_read_however_it_is_typed(number):
    for typed in (
        number,
        number.lower(),
        number.replace("-", ""),
        number.replace("-", " "),
        ascii_to_full(number),
        number.replace("-", "ー"),
        number.replace("0", "O").replace("1", "l").replace("5", "S").replace("8", "b"),
        f" {number}　",
    ):
        assert receipt_number_parse(typed) == number


@given(receipts)
def test_every_wrong_character_and_every_exchange_is_noticed(number):
    plain = number.replace("-", "")
    wrong = [
        plain[:place] + character + plain[place + 1 :]
        for place in range(len(plain))
        for character in RECEIPT_ALPHABET
        if character != plain[place]
    ]
    for one in range(len(plain)):
        for two in range(one + 1, len(plain)):
            if plain[one] != plain[two]:
                letters = list(plain)
                letters[one], letters[two] = letters[two], letters[one]
                wrong.append("".join(letters))
    for slip in wrong:
        with pytest.raises(ReceiptNumberRefused) as caught:
            receipt_number_parse(slip)
        assert caught.value.code == "check"


@given(receipts)
def test_a_receipt_number_is_never_taken_for_a_my_number(number):
    assert my_number_find(number) == []
    assert my_number_find(f"受付番号 {number.replace('-', '')}") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("C000-0000-000", "length"),
        ("C000-0000-000R4", "length"),
        ("C000-0000-000E", "character"),
        ("受付C000-0000-000R", "character"),
        ("0000-0000-0000", "check"),
    ],
)
def test_receipt_numbers_that_are_none(text, code):
    with pytest.raises(ReceiptNumberRefused) as caught:
        receipt_number_parse(text)
    assert caught.value.code == code


# All numbers here are made up; 1234 5678 9018 is the one that everybody uses as an example.
def my_number(body: int) -> str:
    """Complete eleven figures by an independent writing of the rule."""
    digits = f"{body:011d}"
    total = sum(
        int(figure) * weight for figure, weight in zip(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)
    )
    return digits + str(-total % 11 % 10)


my_numbers = st.integers(0, 10**11 - 1).map(my_number)


@given(my_numbers)
def test_exactly_one_check_digit_fits(number):
    assert [digit for digit in "0123456789" if my_number_fits(number[:11] + digit)] == [number[11]]


@given(my_numbers, st.integers(0, 10), st.integers(1, 9))
def test_a_wrong_figure_goes_unnoticed_only_where_the_remainder_is_zero_or_one(number, place, off):
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]
    # 0 stands for two remainders, so a slip can hide behind it and behind nothing else.
    assert not my_number_fits(wrong) or number[11] == "0"


@pytest.mark.parametrize(
    "text", ["", "12345678901", "1234567890188", "１２３４５６７８９０１８", "12345678901x"]
)
def test_only_twelve_ascii_figures_fit(text):
    assert my_number_fits("123456789018")
    assert not my_number_fits(text)


@pytest.mark.parametrize(
    "written",
    [
        "123456789018",
        "１２３４５６７８９０１８",
        "1234 5678 9018",
        "1234　5678　9018",
        "1234-5678-9018",
        "１２３４－５６７８－９０１８",
        "１２３４ー５６７８ー９０１８",
        "1234 - 5678 - 9018",
        "123456 789018",
        "1234-56789018",
        "12345678 9018",
        "123 456 789 018",
        "1 2 3 4 5 6 7 8 9 0 1 8",
        "1234\u00a05678\u00a09018",
    ],
)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("私の番号は", "です。"),
        ("番号:", "\n2024-04-01"),
        ("2024-04-01 ", ""),
        ("電話 03-1234-5678、", ""),
        ("", " 2024年4月"),
        ("😀(", ")"),
    ],
)
def test_a_my_number_is_found_wherever_it_stands(written, before, after):
    if written.startswith("1 2") and before.endswith("01 "):
        before = before.strip() + "、"
    found = my_number_find(before + written + after)
    assert found == [MyNumberFound(len(before), len(before) + len(written))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456789019",
        "1234567890180",
        "0123456789018",
        "1234\n5678\n9018",
        "1234,5678,9018",
        "12-3456-789018",
        "2024-04-01 1234",
        "電話 03-1234-5678 内線 12",
        "090-1234-5678",
        "1 2 3 4 5 6 7 8 9 0 1 8 3",
        "3 1 2 3 4 5 6 7 8 9 0 1 8",
        "123,456,789,018円",
    ],
)
def test_what_is_no_my_number(text):
    assert my_number_find(text) == []


def test_several_are_found_and_never_shown():
    text = "夫 123456789018、妻 1234-5678-9018"
    found = my_number_find(text)
    assert [text[place.start : place.end] for place in found] == ["123456789018", "1234-5678-9018"]
    assert "123456789018" not in repr(found)


@given(
    my_numbers,
    st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=10),
    st.sampled_from(["", " ", "-", "　", "－"]),
)
def test_every_my_number_between_words_is_found(number, words, mark):
    before = words + "。"
    written = mark.join((number[:4], number[4:8], number[8:]))
    assert my_number_find(before + written + "。" + words) == [
        MyNumberFound(len(before), len(before) + len(written))
    ]


# 国税庁, 東京都, 札幌市, and the example of an explanation of the rule.
@pytest.mark.parametrize("number", ["7000012050002", "8000020130001", "9000020011002", "7123456789012"])
def test_corporate_numbers(number):
    assert corporate_number_fits(number)
    assert corporate_number_parse(ascii_to_full(number)) == number
    assert corporate_number_parse(f"{number[0]}-{number[1:5]}-{number[5:9]}-{number[9:]}") == number
    assert invoice_number_parse(f"ｔ{number}", corporation=True) == f"T{number}"
    assert my_number_find(number) == []
    assert my_number_find(f"{number[0]}-{number[1:5]}-{number[5:9]}-{number[9:]}") == []
    assert my_number_find(" ".join(number)) == []


def corporate_number(body: int) -> str:
    digits = f"{body:012d}"
    total = sum(int(figure) for figure in digits[1::2]) + 2 * sum(int(figure) for figure in digits[0::2])
    return f"{9 - total % 9}{digits}"


@given(st.integers(0, 10**12 - 1).map(corporate_number), st.integers(0, 12), st.integers(1, 9))
def test_a_wrong_figure_goes_unnoticed_only_between_zero_and_nine(number, place, off):
    assert corporate_number_fits(number)
    new = str((int(number[place]) + off) % 10)
    wrong = number[:place] + new + number[place + 1 :]
    assert corporate_number_fits(wrong) == (place > 0 and {number[place], new} == {"0", "9"})


@pytest.mark.parametrize(
    ("parse", "text", "code"),
    [
        (corporate_number_parse, "", "empty"),
        (corporate_number_parse, "123456789018", "corporate_form"),
        (corporate_number_parse, "T7000012050002", "corporate_form"),
        (corporate_number_parse, "7000012050003", "corporate_check"),
        (invoice_number_parse, " ", "empty"),
        (invoice_number_parse, "7000012050002", "invoice_form"),
        (invoice_number_parse, "T700001205000", "invoice_form"),
    ],
)
def test_official_numbers_that_are_none(parse, text, code):
    with pytest.raises(OfficialNumberRefused) as caught:
        parse(text)
    assert caught.value.code == code


def test_a_person_s_invoice_number_has_no_published_check():
    assert invoice_number_parse("T 1234567890123") == "T1234567890123"
    with pytest.raises(OfficialNumberRefused) as caught:
        invoice_number_parse("T1234567890123", corporation=True)
    assert caught.value.code == "invoice_check"
