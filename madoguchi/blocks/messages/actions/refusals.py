"""Why an action on notices says no."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Refused


class DraftMoved(Refused):
    """A colleague changed, sent or discarded the draft meanwhile."""

    message = _(
        "この下書きは、開いた後に変わったか、もう送られたか、捨てられました。いま画面にある内容を確かめて、もう一度押してください。"
    )


class MyNumberTyped(Refused):
    """The text holds what could be a 個人番号, which is stored nowhere. ``details["field"]`` says where."""

    message = _(
        "個人番号（マイナンバー）と思われる12桁の数字があります。個人番号は書けません。消してください。"
    )


class TooLong(Refused):
    """More text than any draft may have."""

    message = _("文が長すぎて下書きに保存できません。短くしてください。")


class NoticeIncomplete(Refused):
    """What was typed cannot be sent yet; ``details["errors"]`` are the form's, by field."""

    message = _("このままでは送れません。赤い印の項目を直してください。")


class NoRecipients(Refused):
    """Nobody holds a post in the chosen offices today."""

    message = _("選んだ組織には、今日、職に就いている人がいません。あて先を選び直してください。")


class AlreadyRead(Refused):
    """The read mark is there already."""

    message = _("このお知らせは、もう読んだことになっています。")


class AlreadyAcknowledged(Refused):
    """The acknowledgement is there already."""

    message = _("このお知らせは、もう確認が済んでいます。")


class NothingToAcknowledge(Refused):
    """The notice asks only to be read."""

    message = _("このお知らせは読むだけのもので、確認はいりません。")


class NoticeOver(Refused):
    """The notice was withdrawn or corrected, and asks nothing any more."""

    message = _("このお知らせは取り消されたか、訂正されました。開き直して、新しい内容を確かめてください。")


class AlreadyWithdrawn(Refused):
    """Somebody has withdrawn the notice before."""

    message = _("このお知らせは、もう取り消されています。")


class ReasonMissing(Refused):
    """A withdrawal without a reason."""

    message = _("取消しの理由を入力してください。")


class AlreadyCorrected(Refused):
    """There is a correction already; correct that one."""

    message = _(
        "このお知らせは、もう訂正されています。訂正するときは、新しいお知らせのほうを訂正してください。"
    )


class CorrectionUnderWay(Refused):
    """Somebody is writing a correction already; ``details["draft_key"]`` names it where it is known."""

    message = _("このお知らせの訂正は、もう書きかけの下書きがあります。")


class NotNearYet(Refused):
    """There is no deadline, or it is too far away to remind anybody."""

    message = _("期限がないか、まだ先です。督促は、期限の2開庁日前からできます。")


class NothingToRemind(Refused):
    """Everybody has answered, or was reminded at this stage."""

    message = _("知らせる人はいません。全員が済ませたか、もう知らせてあります。")
