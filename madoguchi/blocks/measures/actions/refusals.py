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
