import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madoguchi.kit.names import (
    LENGTH_LIMIT,
    NameRefused,
    kana_key,
    kana_key_prefix,
    kana_normalise,
    name_key,
    name_normalise,
)

KATAKANA = [*map(chr, range(0x30A1, 0x30F7)), "ー"]
letters = st.sampled_from([*KATAKANA, *map(chr, range(0x3041, 0x3097)), "ㇷ゚", *"・＝゠，．", "　", " "])
half_letters = st.sampled_from([*map(chr, range(0xFF66, 0xFF9E)), "ｶﾞ", "ﾊﾟ", "ｳﾞ", " "])
readings = st.lists(st.one_of(letters, half_letters), max_size=12)
name_letters = st.sampled_from(
    [
        *"山田髙﨑齋斉邉辺々〆〇〓",
        "𠮷",
        "\ufa19",
        "邉\U000e0101",
        *"さクゞヽヾヶ",
        "が",
        *"AzÉßø'-,. 　",
        "\ue000",
        "한",
    ]
)
names = st.lists(name_letters, max_size=12)


def cut(parts: list[str], at: int) -> tuple[str, str]:
    return "".join(parts[:at]), "".join(parts)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("窓口　太郎", "窓口　太郎"),
        (" 窓口  太郎\n", "窓口　太郎"),
        ("窓口 　\u00a0太郎", "窓口　太郎"),
        ("一　一", "一　一"),
        ("旭", "旭"),
        ("\ufa19田　\ufa11", "\ufa19田　\ufa11"),
        ("𠮷田　桜", "𠮷田　桜"),
        ("葛\U000e0100城　邉\U000e010f", "葛\U000e0100城　邉\U000e010f"),
        ("\u795e\ufe00社", "\u795e\ufe00社"),
        ("か\u3099く", "がく"),
        ("\ue000田　\U0010de92", "\ue000田　\U0010de92"),
        ("SMITH,　JOHN  PAUL", "SMITH, JOHN PAUL"),
        ("O'BRIEN-GARCÍA MARÍA", "O'BRIEN-GARCÍA MARÍA"),
        ("ＳＭＩＴＨ ＪＯＨＮ", "ＳＭＩＴＨ　ＪＯＨＮ"),
        ("スミス ジョン", "スミス　ジョン"),
        ("SUKARNO", "SUKARNO"),
        ("A" * 120 + " " + "B" * 70, "A" * 120 + " " + "B" * 70),
    ],
)
def test_a_name_is_kept_as_it_is_written(typed, kept):
    assert name_normalise(typed) == kept
    assert name_normalise(kept) == kept


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        ("", "empty", "入力してください"),
        (" 　\n", "empty", "入力してください"),
        ("窓口\t太郎", "unseen", "3文字目"),
        ("窓口\n太郎", "unseen", "U+000A"),
        ("窓\u200b口", "unseen", "U+200B"),
        ("\u202e太郎", "unseen", "1文字目"),
        ("\ufeff太郎", "unseen", "U+FEFF"),
        ("葛\U000e0100城\u2066", "unseen", "3文字目"),
        ("\U000e0100葛城", "unseen", "1文字目"),
        ("葛\U000e0100\U000e0101城", "unseen", "2文字目"),
        ("ア\U000e0100", "unseen", "U+E0100"),
        ("窓口\u2028太郎", "unseen", "U+2028"),
        ("窓\ufffd太郎", "lost", "2文字目"),
        ("窓\ud842太郎", "lost", "文字化け"),
        ("窓\uffff", "lost", "元の資料"),
        ("窓" * (LENGTH_LIMIT + 1), "too_long", "201文字"),
        ("\ufdfa" * 30, "too_long", "200文字まで"),
    ],
)
def test_a_name_that_cannot_be_kept_says_why(typed, code, says):
    with pytest.raises(NameRefused, match=re.escape(says)) as refused:
        name_normalise(typed)
    assert refused.value.code == code


@given(st.text())
@example("a \u0301")
@example("窓  A")
def test_a_kept_name_is_kept_as_it_is(text):
    try:
        kept = name_normalise(text)
    except NameRefused:
        return
    assert name_normalise(kept) == kept
    assert len(name_key(kept)) <= LENGTH_LIMIT
    assert name_key(kept) == name_key(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("マドグチ　タロウ", "マドグチ　タロウ"),
        (" まどぐち  たろう ", "マドグチ　タロウ"),
        ("ﾏﾄﾞｸﾞﾁ ﾀﾛｳ", "マドグチ　タロウ"),
        ("キョウコ", "キョウコ"),
        ("カ゛ク", "ガク"),
        ("ﾕ-ｺ", "ユーコ"),
        ("ユ－コ", "ユーコ"),
        ("ユ−コ　サト―", "ユーコ　サトー"),
        ("ﾕｰｺ", "ユーコ"),
        ("ジャン-ポール", "ジャン・ポール"),
        ("マリー‐アンヌ", "マリー・アンヌ"),
        ("ｼﾞｮﾝ･ｽﾐｽ", "ジョン・スミス"),
        ("ヴァイオレット", "ヴァイオレット"),
        ("みすゞ", "ミスヾ"),
        ("ｵｼｬﾏﾝㇷ", "オシャマンㇷ"),
        ("エㇷ゚イ", "エㇷ゚イ"),
        ("ジャン＝ポール", "ジャン・ポール"),
        ("ジャン゠ポール", "ジャン・ポール"),
        ("スミス，ジョン　ジェイ．", "スミス・ジョン　ジェイ・"),
        ("", ""),
        ("　", ""),
        ("ア" * 150, "ア" * 150),
    ],
)
def test_a_reading_is_kept_in_full_width_katakana(typed, kept):
    assert kana_normalise(typed) == kept
    assert kana_normalise(kept) == kept


@pytest.mark.parametrize(
    ("typed", "character", "position"),
    [
        ("マドグチ1", "1", 5),
        ("SMITH", "S", 1),
        ("窓口", "窓", 1),
        ("-マリ", "-", 1),
        ("ア゛", "\u3099", 2),
        ("エㇰ゚", "\u309a", 3),
        ("オ'ハラ", "'", 2),
        ("マリ\u200b", "\u200b", 3),
    ],
)
def test_a_reading_of_other_letters_is_refused(typed, character, position):
    with pytest.raises(NameRefused, match="カタカナ") as refused:
        kana_normalise(typed)
    assert refused.value.code == "kana_character"
    assert refused.value.params == {"position": position, "character": character}


def test_a_reading_beyond_all_measure_is_refused():
    with pytest.raises(NameRefused, match="201文字"):
        kana_normalise("ア" * 201)


@pytest.mark.parametrize(
    "same",
    [
        ["齋藤", "斎藤", "斉藤", "齊藤", "斎\U000e0101藤"],
        ["髙﨑", "高崎", "髙嵜", "高埼"],
        ["渡邉", "渡邊", "渡辺", "渡邉\U000e0105"],
        ["𠮷田", "吉田", "吉　田", " 吉 田 "],
        ["\ufa19", "\u795e"],
        ["佐々木", "佐佐木", "佐〻木", "佐 々木"],
        ["濵田", "濱田", "浜田"],
        ["みすゞ", "ミスズ", "みすず", "ﾐｽｽﾞ", "ミスス゛"],
        ["梶ヶ谷", "梶ケ谷"],
        ["SMITH JOHN", "smith, john", "Ｓｍｉｔｈ　Ｊｏｈｎ", "SMITH-JOHN"],
        ["O'BRIEN", "OBRIEN", "O\u2019Brien", "O´BRIEN"],
        ["JOSÉ", "JOSE", "JOSE\u0301"],
        ["ØRSTED", "ORSTED"],
        ["STRASSE", "Straße"],
        ["㈱窓口", "(株)窓口"],
    ],
)
def test_writings_with_one_key(same):
    assert len({name_key(text) for text in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("太田", "大田"), ("裕子", "祐子"), ("マリ", "マリー"), ("じゅん", "じゆん"), ("〓田", "田")],
)
def test_names_that_stay_apart(one, other):
    assert name_key(one) != name_key(other)


def test_foreign_scripts_and_unregistered_characters_keep_a_key():
    assert name_key("김민준") == "김민준"
    assert name_key("\ue000田") == "\ue000田"
    assert name_key("々木") == "々木"
    assert name_key("") == ""


@given(st.text())
@example("カ-\u3099")
@example("佐々\u3000々")
@example("İ")
@example("カヽ\u3099")
@example("\U0001f1ef")
def test_a_name_key_of_a_key_is_the_same(text):
    assert name_key(name_key(text)) == name_key(text)


@given(st.text(st.sampled_from("山髙﨑𠮷\ufa19\ufa11々ゞかガｶﾞ\u3099\u0301éＡｚ ㈱")))
def test_composition_of_characters_changes_no_name_key(text):
    assert name_key(unicodedata.normalize("NFC", text)) == name_key(text)
    assert name_key(unicodedata.normalize("NFD", text)) == name_key(text)


@given(names, st.integers(0, 12))
def test_the_name_key_of_a_beginning_is_the_beginning_of_the_key(parts, at):
    beginning, whole = cut(parts, at)
    assert name_key(whole).startswith(name_key(beginning))


@pytest.mark.parametrize(
    ("key", "same"),
    [
        ("オーノ", ["オオノ", "オーノ", "オウノ", "おおの", "ｵｵﾉ", "ｵ-ﾉ", "オ－ノ"]),
        ("サトー", ["サトウ", "サトオ", "サトー", "サトｰ"]),
        ("ケーコ", ["ケイコ", "ケエコ", "ケーコ"]),
        ("ユーコ", ["ユウコ", "ユーコ", "ゆうこ"]),
        ("キヨーコ", ["キョウコ", "キヨウコ", "キョーコ", "ｷｮｳｺ"]),
        ("ニーダ", ["ニイダ", "ニーダ"]),
        ("タケズカ", ["タケヅカ", "タケズカ"]),
        ("ジロー", ["ジロウ", "ヂロウ"]),
        ("カオル", ["カオル", "カヲル"]),
        ("バイオレツト", ["バイオレット", "ヴァイオレット", "ヴアイオレツト", "ｳﾞｧｲｵﾚｯﾄ"]),
        ("エビス", ["ヱビス", "エヴィス"]),
        ("イトーーメ", ["イトウ　ウメ", "イトウウメ", "イトー・ウメ"]),
        ("オーーチ", ["オオウチ", "オーウチ"]),
        ("ミスズ", ["ミスヾ", "みすゞ", "ミスズ"]),
        ("カンナ", ["カンナ", "カン-ナ", "ｶﾝﾅ"]),
        ("プ", ["ㇷ゚"]),
        (
            "ジヤンポール",
            ["ジャン＝ポール", "ジャン゠ポール", "ジャン・ポール", "ジャン．ポール", "ジャン，ポール"],
        ),
        ("smith", ["SMITH"]),
        ("", ["", "　"]),
    ],
)
def test_readings_with_one_key(key, same):
    assert {text: kana_key(text) for text in same} == dict.fromkeys(same, key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("オノ", "オオノ"),
        ("ユコ", "ユウコ"),
        ("ヤマサキ", "ヤマザキ"),
        ("サト", "サトウ"),
        ("カワチ", "コウチ"),
    ],
)
def test_readings_that_stay_apart(one, other):
    assert kana_key(one) != kana_key(other)


@given(st.one_of(st.text(), readings.map("".join)))
@example("ヴ-")
@example("カ・\u3099")
@example("ヴ\u3099ア")
def test_a_kana_key_of_a_key_is_the_same(text):
    assert kana_key(kana_key(text)) == kana_key(text)


@given(readings.map("".join))
def test_what_is_kept_of_a_reading_changes_no_key(text):
    try:
        kept = kana_normalise(text)
    except NameRefused:
        return
    assert kana_key(kept) == kana_key(text)
    assert len(kana_key(kept)) <= len(kept)


@given(readings, st.integers(0, 12))
@example(["ル", "ヴ", "ァ"], 2)
@example(["オ", "オ", "ウ", "チ"], 2)
def test_a_typed_beginning_finds_by_prefix(parts, at):
    beginning, whole = cut(parts, at)
    assert kana_key(whole).startswith(kana_key_prefix(beginning))
    if "ヴ" not in kana_normalise(beginning):
        assert kana_key_prefix(beginning) == kana_key(beginning)


def test_a_beginning_that_ends_in_v_still_finds():
    assert not kana_key("ルイ・ヴァン").startswith(kana_key("ルイ・ヴ"))
    assert kana_key("ルイ・ヴァン").startswith(kana_key_prefix("ルイ・ヴ"))
    assert kana_key_prefix("ルイ・ヴ") == "ルイ"
