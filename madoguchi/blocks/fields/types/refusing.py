"""Why a value cannot be taken: a stable code, and a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from madoguchi.kit.refusals import Refused
from madoguchi.ui.formats import refusal_text

MESSAGES: Mapping[str, Promise | str] = {
    "required": _("空です。必ず要る項目です。"),
    "shape": _("この項目の値の形ではありません。"),
    "my_number": _(
        "マイナンバー（個人番号）らしい12桁の番号があります。この番号は記録できません。消してください。"
    ),
    "unseen": _("見えない文字（%(letter)s）が入っています。その文字を消してください。"),
    "long": _("%(count)s文字あります。%(most)s文字までに短くしてください。"),
    "pattern": _("「%(text)s」は形が違います。例のように書いてください：%(example)s"),
    "pattern_plain": _("「%(text)s」は形が違います。書き方を確かめてください。"),
    "zeros": _(
        "「%(text)s」は%(count)s桁です。%(most)s桁の番号です。表計算で先頭の0が消えていないか確かめてください。"
    ),
    "phone": _("「%(text)s」は電話番号ではありません。例：088-621-1111。内線は別の項目に書いてください。"),
    "phone_length": _("「%(text)s」は%(count)s桁です。市外局番から10桁か11桁で書いてください。"),
    "email": _("「%(text)s」はメールアドレスではありません。例：madoguchi@example.jp"),
    "url": _("「%(text)s」はページのアドレスではありません。https:// から書いてください。"),
    "url_two": _("「%(text)s」にはページのアドレスが二つあります。一つにしてください。"),
    "url_host": _("%(hosts)s のページだけを書けます。"),
    "nothing": _("「%(text)s」は、値がないことを表します。必ず要る項目です。"),
    "unit": _("単位の「%(unit)s」を取って、数だけを書いてください。"),
    "decimals": _("「%(text)s」は小数の桁が多すぎます。小数は%(most)s桁までです。"),
    "whole": _("「%(text)s」には小数があります。整数で書いてください。"),
    "large": _("「%(text)s」は桁数が多すぎます。"),
    "low": _("%(limit)s以上の数を書いてください。"),
    "high": _("%(limit)s以下の数を書いてください。"),
    "date_unreadable": _("「%(text)s」は日付として読めません。例：令和8年4月1日、2026-04-01"),
    "precision": _("「%(text)s」には%(needed)sまで書いてください。"),
    "early": _("%(limit)sより後の日を書いてください。"),
    "late": _("%(limit)sより前の日を書いてください。"),
    "time": _("「%(text)s」は時刻ではありません。例：9:30、17:00"),
    "midnight": _("「%(text)s」は翌日の0:00です。0:00か、23:59に直してください。"),
    "choice": _("「%(text)s」は選択肢にありません。使えるのは %(choices)s です。"),
    "choice_over": _("「%(text)s」は、いまは使えない選択肢です。使えるのは %(choices)s です。"),
    "choice_two": _("「%(text)s」にあたる選択肢が二つあります。符号で書いてください。"),
    "few": _("%(limit)s個以上選んでください。"),
    "many": _("%(limit)s個までにしてください。"),
    "boolean": _(
        "「%(text)s」は、はい・いいえのどちらか分かりません。「はい」か「いいえ」と書いてください。"
    ),
    "point": _("「%(text)s」は位置ではありません。緯度,経度 の順に書いてください。例：34.0703,134.5548"),
    "point_swapped": _("「%(text)s」は緯度と経度が逆のようです。緯度,経度 の順に書いてください。"),
    "point_far": _("「%(text)s」は日本の外です。緯度と経度を確かめてください。"),
    "geometry": _("図形として読めません。GeoJSON の Point、LineString、Polygon などで書いてください。"),
    "bank": _(
        "「%(text)s」は口座ではありません。銀行番号(4桁)-支店番号(3桁) 普通・当座・貯蓄 口座番号(7桁) 口座名義カナ の順に書いてください。"
    ),
    "bank_holder": _(
        "口座名義の「%(letter)s」は使えません。カナ、英数字、( ) . - / と空白だけで書いてください。"
    ),
    "link": _("「%(text)s」という番号のものは見つかりません。番号を確かめてください。"),
    "file": _("ファイルは画面から加えてください。"),
    "table": _("表として読めません。画面から入れるか、書き出した形のまま取り込んでください。"),
    "table_row": _("%(row)s行目の「%(field)s」：%(why)s"),
    "computed": _("自動で計算する項目です。書けません。"),
}


class Repair(Enum):
    """How a written value was, or can be, turned into one that can be kept."""

    WIDTH = "width"
    WAREKI = "wareki"
    DAY_SPELLING = "day"
    GROUPING = "grouping"
    UNIT = "unit"
    MARK = "mark"
    NOTHING = "nothing"
    BLANK = "blank"
    KANA = "kana"
    LABEL = "label"
    MIDNIGHT = "midnight"
    ZEROS = "zeros"
    CLOSEST = "closest"
    SWAP = "swap"

    @property
    def safe(self) -> bool:
        """Whether it says the same in another spelling; the others are a person's choice."""
        return self not in (Repair.MIDNIGHT, Repair.ZEROS, Repair.CLOSEST, Repair.SWAP)

    @property
    def label(self) -> Promise | str:
        """What it does, in words."""
        return _REPAIR_WORDS[self]


_REPAIR_WORDS: Mapping[Repair, Promise | str] = {
    Repair.WIDTH: _("全角の英数字と半角のカナをそろえます"),
    Repair.WAREKI: _("和暦を西暦にします"),
    Repair.DAY_SPELLING: _("日付や時刻の書き方をそろえます"),
    Repair.GROUPING: _("桁区切りのコンマを取ります"),
    Repair.UNIT: _("単位を取ります"),
    Repair.MARK: _("○や×などの記号を、はい・いいえにします"),
    Repair.NOTHING: _("「－」や「*」などの、ないことを表す記号を空にします"),
    Repair.BLANK: _("ページのアドレスの中の全角の空白を、%E3%80%80 と書きます"),
    Repair.KANA: _("ひらがなをカタカナにします"),
    Repair.LABEL: _("選択肢の表記の違いをそろえます"),
    Repair.MIDNIGHT: _("24:00を0:00にします"),
    Repair.ZEROS: _("消えた先頭の0を補います"),
    Repair.CLOSEST: _("いちばん近い選択肢にします"),
    Repair.SWAP: _("緯度と経度を入れ替えます"),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A repair that a person may choose: how, and what would then stand there."""

    repair: Repair
    text: str


class ValueRefused(ValueError):
    """
    A written or kept value cannot be taken.

    ``code`` is stable (a key of ``MESSAGES``, or ``<kind>_<code>`` of the kit); ``message`` says in the reader's language
    what to do; ``proposal`` is a repair to choose, if there is one.
    """

    def __init__(self, code: str, proposal: Proposal | None = None, /, **params: object) -> None:
        self.code, self.proposal = code, proposal
        self.message = str(MESSAGES[code]) % params
        super().__init__(self.message)

    @classmethod
    def of(cls, kind: str, refused: Refused, proposal: Proposal | None = None) -> ValueRefused:
        """Take over a refusal of the kit."""
        made = cls("shape", proposal)
        made.code, made.message = f"{kind}_{refused.code}", refusal_text(refused)
        made.args = (made.message,)
        return made
