"""Names of persons and their readings: the form in which they are kept, and the keys by which they are found."""

import re
import unicodedata
from collections.abc import Mapping
from typing import ClassVar, Final

from madoguchi.kit.kana import katakana
from madoguchi.kit.refusals import Refused
from madoguchi.kit.variants import SEARCHED_CHARACTER
from madoguchi.kit.width import HYPHENS, SELECTORS, kana_to_full, text_normalise

LENGTH_LIMIT: Final = 200
"""Characters of a name, of a reading and of their keys; residence cards carry names of more than a hundred."""


class NameRefused(Refused):
    """A typed or imported name or reading cannot be kept."""

    texts: ClassVar[Mapping[str, str]] = {
        "empty": "氏名を入力してください。",
        "too_long": "氏名は{limit}文字までです（入力は{given}文字）。",
        "unseen": "氏名の{position}文字目に、目に見えない文字（{code}）があります。消して入力し直してください。",
        "lost": "氏名の{position}文字目が文字化けしています。元の資料を見て入力し直してください。",
        "kana_too_long": "フリガナは{limit}文字までです（入力は{given}文字）。",
        "kana_character": "フリガナの{position}文字目「{character}」は使えません。カタカナで入力してください。",
    }


_BLANKS: Final = re.compile(r"\s+")
_SELECTORS: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in SELECTORS)
_SELECTOR: Final = re.compile(f"[{_SELECTORS}]")
_IDEOGRAPHS: Final = "㐀-䶿一-鿿\uf900-\ufaff\U00020000-\U0003ffff"
# A selector chooses the shape of an ideograph; 外字 and 〆 may be told apart in the same way.
_LOOSE_SELECTOR: Final = re.compile(
    f"(?<![{_IDEOGRAPHS}々〆\ue000-\uf8ff\U000f0000-\U0010ffff])[{_SELECTORS}]"
)
_NARROW: Final = 0x2000


def name_normalise(text: str) -> str:
    """
    Bring a written name to the form in which it is kept: the same characters, in the same shapes.

    NFC that spares selectors and compatibility ideographs (`text_normalise`). A run of blanks becomes one wide
    blank, which parts 氏 from 名; between two half-width letters it becomes one half-width blank, because a
    foreign name on a residence card (SMITH, JOHN PAUL) is not parted that way. A name may be a single one.
    Width, case and 外字 stay as written.

    :raises NameRefused: `empty`, `too_long`, `unseen` (control, zero-width, direction or loose selector),
        `lost` (U+FFFD, half a surrogate pair, no character).
    """
    name = text_normalise(text.strip())
    if not name:
        raise NameRefused("empty")
    _unseen_refuse(name)
    name = _BLANKS.sub(_blank, name)
    if (given := max(len(name), len(name_key(name)))) > LENGTH_LIMIT:
        raise NameRefused("too_long", limit=LENGTH_LIMIT, given=given)
    return name


def _blank(found: re.Match[str]) -> str:
    narrow = all(ord(found.string[index]) < _NARROW for index in (found.start() - 1, found.end()))
    return " " if narrow else "\u3000"


def _unseen_refuse(name: str) -> None:
    for index, character in enumerate(name):
        category = unicodedata.category(character)
        if category == "Cs" or character == "\ufffd" or ord(character) & 0xFFFE == 0xFFFE:
            raise NameRefused("lost", position=_position(name, index))
        if category in {"Cc", "Cf", "Zl", "Zp"}:
            raise _unseen(name, index)
    if loose := _LOOSE_SELECTOR.search(name):
        raise _unseen(name, loose.start())


def _unseen(name: str, index: int) -> NameRefused:
    return NameRefused("unseen", position=_position(name, index), code=f"U+{ord(name[index]):04X}")


def _position(text: str, index: int) -> int:
    """Count as a person does, from 1 and without the selectors that nobody sees."""
    return len(_SELECTOR.sub("", text[:index])) + 1


_DASHES: Final = re.escape(HYPHENS.replace("ー", ""))
_DASH_AFTER_KANA: Final = re.compile(f"(?<=[ァ-ヺㇰ-ㇿ])(?<![ンッ])[{_DASHES}]")
_DASH_AFTER_END: Final = re.compile(f"(?<=[ンッー])[{_DASHES}]")
# ㇷ゚ of Ainu names is the one letter that no character holds together with its mark.
_NO_KANA: Final = re.compile("[^ァ-ヺーヽヾㇰ-ㇿ・\u3000\u309a]|(?<!ㇷ)\u309a")
_MARKS: Final = str.maketrans({"゛": "\u3099", "゜": "\u309a"} | dict.fromkeys("·＝゠，．", "・"))


def kana_normalise(text: str) -> str:
    """
    Bring a reading (フリガナ) to the form in which it is kept: full-width katakana, one wide blank between names.

    Hiragana and half-width kana are read, small kana stay small. What was typed for the long-vowel mark
    (ﾕ-ｺ, ユ−コ) becomes ー; after ン, ッ and ー, which cannot be lengthened, a hyphen parts two names and
    becomes ・, and so does what parts foreign names (ジャン＝ポール). Empty is a reading too: foreign residents may have
    none.

    :raises NameRefused: `kana_character` (figures, Latin letters, kanji …), `kana_too_long`.
    """
    plain = katakana(kana_to_full(text.strip()).translate(_MARKS))
    plain = _DASH_AFTER_END.sub("・", _DASH_AFTER_KANA.sub("ー", plain))
    plain = _BLANKS.sub("\u3000", plain)
    if wrong := _NO_KANA.search(plain):
        raise NameRefused("kana_character", position=wrong.start() + 1, character=wrong[0])
    if len(plain) > LENGTH_LIMIT:
        raise NameRefused("kana_too_long", limit=LENGTH_LIMIT, given=len(plain))
    return plain


_HIRAGANA_TO_KATAKANA: Final = {
    code: katakana(chr(code)) for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]
}
_LETTERS_OF_THEIR_OWN: Final = dict(
    zip("ÆŒØĐÐŁĦÞĲŊ", ("ae", "oe", "o", "d", "d", "l", "h", "th", "ij", "n"), strict=True)
)
_DROPPED: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"})


def _name_table() -> dict[int, str | None]:
    """Latin letters without case, width and accents; hiragana as katakana; no signs; the loose fold of variants."""
    ranges = [(0x00, 0x52F), (0x1E00, 0x206F), (0x3000, 0x3004), (0x3007, 0x303F), (0xFF01, 0xFF5E)]
    kept = frozenset("〇〓〻")
    table: dict[int, str | None] = {}
    for code in (code for first, last in ranges for code in range(first, last + 1)):
        if chr(code) not in kept:
            plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
            table[code] = "".join(mark for mark in plain if unicodedata.category(mark)[0] in "LN") or None
    for letter, plain in _LETTERS_OF_THEIR_OWN.items():
        table |= {ord(letter): plain, ord(letter.lower()): plain}
    table |= dict.fromkeys(map(ord, "・゠"))
    table |= _HIRAGANA_TO_KATAKANA | {
        ord(small): large for small, large in zip("ゕゖヵヶ", "カケカケ", strict=True)
    }
    return table | dict(SEARCHED_CHARACTER)


_NAME: Final = _name_table()
_PLAIN_NAME: Final = re.compile("[0-9a-zァ-ヺー〓㐀-䶿一-鿿\U00020000-\U000323af]*")
_REPEATED: Final = re.compile(f"([{_IDEOGRAPHS}])[々〻]|([ァ-ヺ])ヽ|([ァ-ヺ])ヾ")


def name_key(text: str) -> str:
    """
    Make the key by which a name is found and held against others, from the name as kept or as typed.

    Gone are selectors, blanks, punctuation, Latin case and accents, width, and hiragana against katakana;
    variants are one by the loose fold (`variants_search_fold`), ヶ and ヵ are ケ and カ, and a repeated
    character is written out (佐々木 as 佐佐木, みすゞ as ミスズ). The key of a beginning is the beginning of
    the key, unless the cut is between a letter and its mark. A key of a key is the same. Never shown.
    """
    key = text.translate(_NAME)
    if _PLAIN_NAME.fullmatch(key):
        return key
    key = _REPEATED.sub(_written_out, key)
    return key if _PLAIN_NAME.fullmatch(key) else _unusual(text)


def _unusual(text: str) -> str:
    # What goes may bring a letter and its mark, or a character and 々, together: round again until nothing moves.
    while True:
        key = unicodedata.normalize("NFKC", text).casefold().translate(_NAME)
        key = "".join(character for character in key if unicodedata.category(character) not in _DROPPED)
        key = _REPEATED.sub(_written_out, key)
        if key == text:
            return key
        text = key


def _written_out(found: re.Match[str]) -> str:
    plain, unvoiced, voiced = found.groups()
    if voiced:
        return voiced + unicodedata.normalize("NFC", f"{voiced}\u3099")[0]
    return (plain or unvoiced) * 2


_LARGE: Final = dict(
    zip(
        "ァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ",
        "アイウエオツヤユヨワカケクシストヌハヒフヘホムラリルレロ",
        strict=True,
    )
)
_SAME_SOUND: Final = dict(zip("ヂヅヰヱヲヷヸヹヺ", "ジズイエオバビベボ", strict=True))


def _kana_table() -> dict[int, str | None]:
    # The letters that stay are listed too: a table answers faster for what it has than for what it lacks.
    letters = {chr(code): chr(code) for code in range(0x30A1, 0x30FD)} | _LARGE | _SAME_SOUND
    table: dict[int, str | None] = {ord(letter): other for letter, other in letters.items()}
    table |= {code: letters.get(letter, letter) for code, letter in _HIRAGANA_TO_KATAKANA.items()}
    return table | dict.fromkeys(map(ord, " \u3000・゠＝，．"))


_KANA: Final = _kana_table()
_PLAIN_KANA: Final = re.compile("[ァ-ヴー]*")
_V: Final = {
    "": "ブ",
    **dict(zip("アイウエオヤユヨ", ("バ", "ビ", "ブ", "ベ", "ボ", "ビヤ", "ビユ", "ビヨ"), strict=True)),
}
_V_SOUND: Final = re.compile("ヴ([アイウエオヤユヨ]?)")
_ROWS: Final = {
    "アー": "アカガサザタダナハバパマヤラワ",
    "イー": "イキギシジチニヒビピミリ",
    "ウー": "ウクグスズツヌフブプムユル",
    "エイー": "エケゲセゼテデネヘベペメレ",
    "オウー": "オコゴソゾトドノホボポモヨロ",
}
_LENGTHENED_BY: Final = {letter: longer for longer, row in _ROWS.items() for letter in row}


def kana_key(text: str) -> str:
    """
    Make the key by which a reading is found, from the reading as kept or as typed in any kana.

    1. Blanks and ・ are gone: イトウ　ウメ is found by イトウウメ.
    2. Small kana are large: many registers were written without small ones (キヨウコ, キョウコ).
    3. Letters of one sound are one: ヂ ジ, ヅ ズ, ヲ オ, ヰ イ, ヱ エ, and ヴァ ヴィ ヴ ヴェ ヴォ with バ ビ ブ ベ ボ.
    4. A lengthened vowel is ー, however written: オオノ オーノ, サトウ サトオ サトー, ケイコ ケエコ ケーコ, ユウコ ユーコ.
       It is never dropped: オノ is not オオノ, ユコ not ユウコ.
    5. Voiced stays apart from unvoiced: ヤマサキ is not ヤマザキ.

    The key of a beginning is the beginning of the key, so that a typed part finds by prefix; a beginning that
    ends in ヴ is the one exception, for which `kana_key_prefix` is made. A key of a key is the same.
    """
    return _sounds(_kana_letters(text))


def kana_key_prefix(text: str) -> str:
    """
    Make the key of a typed beginning: every reading that begins with it has a key that begins with this.

    As `kana_key`, but a last ヴ is left out, because it may still become バ, ビ, ベ or ボ.
    """
    return _sounds(_kana_letters(text).removesuffix("ヴ"))


def _kana_letters(text: str) -> str:
    letters = text.translate(_KANA)
    if not _PLAIN_KANA.fullmatch(letters):
        letters = kana_to_full(text).translate(_KANA)
        if not _PLAIN_KANA.fullmatch(letters):
            plain = _DASH_AFTER_KANA.sub("ー", katakana(kana_to_full(text).translate(_MARKS)))
            letters = _unusual(plain.translate(_KANA)).translate(_KANA)
    return letters


def _sounds(letters: str) -> str:
    if "ヴ" in letters:
        letters = _V_SOUND.sub(lambda found: _V[found[1]], letters)
    key = longer = ""
    for letter in letters:
        if letter in longer:
            key += "ー"
        else:
            key += letter
            longer = _LENGTHENED_BY.get(letter, "")
    return key
