import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madoguchi.kit.characters import WrittenText, WrittenTextRefused, letters_split
from madoguchi.kit.width import text_normalise

codes = st.one_of(
    st.none(), st.from_regex(r"(MJ|GJ)[0-9]{6}", fullmatch=True).filter(lambda code: code.isascii())
)
name_text = st.text(
    st.one_of(
        st.sampled_from(
            [
                *"髙﨑辺か",
                "邉",
                "𠮷",
                "\ufa19",
                "\U000e0100",
                "\U000e0105",
                "\u3099",
                "\u0301",
                "\u1100",
                "\u1161",
            ]
        ),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=12,
)


@st.composite
def written_texts(draw: st.DrawFn) -> WrittenText:
    text = draw(name_text)
    count = len(letters_split(text))
    return WrittenText(text, tuple(draw(st.lists(codes, min_size=count, max_size=count))))


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("", ()),
        ("髙﨑", ("髙", "﨑")),
        ("葛\U000e0100城", ("葛\U000e0100", "城")),
        ("𠮷\U000e0101", ("𠮷\U000e0101",)),
        ("か\u309aき", ("か\u309a", "き")),
        ("\U000e0100葛", ("\U000e0100", "葛")),
        ("\u1100\u1161\u11a8가", ("\u1100\u1161\u11a8", "가")),
    ],
)
def test_letters_are_what_a_reader_counts(text, letters):
    assert letters_split(text) == letters


def test_a_code_stands_beside_its_letter():
    name = WrittenText("葛\U000e0100\ufa19", ("MJ022335", None))
    assert (name.text, name.letters, len(name)) == ("葛\U000e0100\ufa19", ("葛\U000e0100", "\ufa19"), 2)
    assert name[0:1] == WrittenText("葛\U000e0100", ("MJ022335",))
    assert name[::-1] == WrittenText("\ufa19葛\U000e0100", (None, "MJ022335"))
    assert name + WrittenText("　桜") == WrittenText("葛\U000e0100\ufa19　桜", ("MJ022335", None, None, None))


def test_composing_keeps_codes_with_their_letters():
    name = WrittenText("か\u3099く\ufa19", (None, "MJ000001", "GJ000002"))
    assert name.text == "がく\ufa19"
    assert name.codes == (None, "MJ000001", "GJ000002")


def test_without_codes_a_text_is_a_text():
    assert WrittenText("窓口") == WrittenText("窓口", (None, None))
    assert WrittenText("窓口").to_json() == {"text": "窓口"}
    assert WrittenText("") == WrittenText.from_json({"text": ""})


def test_unregistered_characters_without_a_code_are_named():
    assert WrittenText("\ue000田\U0010de92", (None, None, "GJ000001")).uncoded == (0,)
    assert WrittenText("窓口").uncoded == ()


@pytest.mark.parametrize(
    ("text", "codes", "code", "says"),
    [
        ("窓口", ("MJ000001",), "count", "文字は2個ですが、文字コードは1個"),
        ("葛\U000e0100", (None, None), "count", "文字は1個ですが、文字コードは2個"),
        ("", (None,), "count", "0個"),
        ("窓口", (None, "MJ12345"), "code", "2文字目のコード「MJ12345」"),
        ("窓", ("mj000001",), "code", "mj000001"),
        ("窓", ("KJ000001",), "code", "KJ000001"),
        ("窓", ("MJ００００01",), "code", "6桁"),
        ("窓", ("",), "code", "1文字目"),
    ],
)
def test_codes_that_do_not_fit_are_refused(text, codes, code, says):
    with pytest.raises(WrittenTextRefused, match=says) as refused:
        WrittenText(text, codes)
    assert refused.value.code == code


def test_a_mark_is_not_torn_from_its_letter_by_joining():
    with pytest.raises(WrittenTextRefused, match="1個"):
        WrittenText("か") + WrittenText("\u3099")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "窓口",
        {},
        {"text": 1},
        {"text": "窓", "codes": "M"},
        {"text": "窓", "codes": [1]},
        {"text": "窓", "codes": {"0": "MJ000001"}},
        {"text": "窓", "glyphs": []},
    ],
)
def test_json_of_another_form_is_refused(value):
    with pytest.raises(WrittenTextRefused, match="読めません"):
        WrittenText.from_json(value)


@given(written_texts())
@example(WrittenText("葛\U000e0100", ("MJ022335",)))
def test_json_gives_back_what_it_was_given(written):
    assert WrittenText.from_json(json.loads(json.dumps(written.to_json()))) == written


@given(name_text)
def test_normalising_moves_no_letter(text):
    assert "".join(map(text_normalise, letters_split(text))) == text_normalise(text)
    assert len(letters_split(text_normalise(text))) == len(letters_split(text))


@given(written_texts(), st.integers(0, 12))
def test_cut_and_joined_it_is_the_same(written, place):
    head, tail = written[:place], written[place:]
    assert (head.codes + tail.codes, head.text + tail.text) == (written.codes, written.text)
    if not tail.text or not head.text or unicodedata.category(tail.text[0])[0] != "M":
        assert head + tail == written
