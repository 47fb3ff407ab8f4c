"""What the actions of plans refuse, in words that say what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Refused


class EntryChanged(Refused):
    """Somebody else entered a value after the page was opened; both are shown, neither is lost."""

    message = _(
        "この画面を開いた後に、ほかの人が記録しました。新しい値を確かめて、もう一度記録してください。"
    )


class YearOutsidePlan(Refused):
    """The year is not one of the plan's."""

    message = _("計画の期間にない年度です。年度を確かめてください。")


class GradeUnknown(Refused):
    """The grade is not one of the edition's set."""

    message = _("この計画の評価の段階にありません。一覧から選んでください。")


class FigureTooFine(Refused):
    """The figure has more decimals than the indicator keeps, or more digits than can be stored."""

    message = _("小数の桁が多すぎます。指標の桁数に合わせて入力してください。")


class Computed(Refused):
    """The figure is computed from the services; typing it in would hide where it comes from."""

    message = _("この指標は記録から計算しています。手では入力できません。")


class SpecRefused(Refused):
    """The file contradicts itself or what was entered; the message says where."""


class EditionFrozen(Refused):
    """The edition was published; a change needs a reason, and is a correction."""

    message = _("この版は公表済みです。訂正するときは、訂正の理由を書いてください。")


class AlreadyPublished(Refused):
    """The edition was published before."""

    message = _("この版は、もう公表されています。")


class NothingToPublish(Refused):
    """No result of that year was entered yet."""

    message = _("この年度には、まだ記録がありません。実績か評価を記録してから公表してください。")


class DayMissing(Refused):
    """Provisional results need the day that they are of."""

    message = _("見込みの値を公表するときは、何日時点のものかを書いてください。")


class SectionUnknown(Refused):
    """The section is not one that this edition writes each year."""

    message = _("この計画で毎年度に書く欄ではありません。一覧から選んでください。")


class StatusUnknown(Refused):
    """The state is not one of the edition's words."""

    message = _("この計画の段階の言葉にありません。一覧から選んでください。")


class CauseUnknown(Refused):
    """The cause is not in the city's list."""

    message = _("届かなかった理由の一覧にありません。一覧から選んでください。")


class MyNumberTyped(Refused):
    """A twelve-digit number whose check digit fits was typed."""

    message = _("マイナンバーのような12桁の数字があります。消してから、もう一度記録してください。")


class DueBeforeOpening(Refused):
    """The deadline of a round is over before it begins."""

    message = _("期限が過ぎた日になっています。今日より後の日を書いてください。")


class NobodyToAsk(Refused):
    """No item has an office of this city hall."""

    message = _("依頼先がありません。取組項目の担当部署を、この市の組織と同じ名前にしてください。")


class RoundOpen(Refused):
    """There is a round of this kind for the year already."""

    message = _("同じ年度の同じ種類の調査が、もうあります。そちらを続けてください。")


class RoundClosed(Refused):
    """The round is closed."""

    message = _("この調査は締め切られました。直すことがあるときは、総括の担当に知らせてください。")


class WrongState(Refused):
    """The answers are not where this could be done with them."""

    message = _("回答の状態が変わっています。画面を開き直して確かめてください。")


class AnswerIncomplete(Refused):
    """Answers are missing."""

    message = _("まだ書いていないところがあります。印の付いた項目を書いてから送ってください。")


class FiguresDiffer(Refused):
    """Another office answered the same indicator otherwise."""

    message = _("ほかの部署が、同じ指標に別の値を答えています。確かめて、どちらを使うかを選んでください。")


class ReasonMissing(Refused):
    """No reason was given."""

    message = _("理由を書いてください。")


class NothingToRemind(Refused):
    """Nobody owes an answer, or all were reminded today."""

    message = _("催促する部署がありません。回答が済んでいるか、今日すでに催促しています。")


class NotSettled(Refused):
    """Answers are still out."""

    message = _("回答がそろっていません。このまま締めるときは、理由を書いてください。")


class SheetRefused(Refused):
    """A workbook is not one of ours; the message says what to do."""


class NotInCharge(Refused):
    """The office is not one of the item's, or is an open group."""

    message = _("この項目の担当部署ではありません。一覧から選んでください。")
