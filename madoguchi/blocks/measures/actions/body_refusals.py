"""What the actions of bodies and meetings refuse, in words that say what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Refused


class BodyKeyRefused(Refused):
    """The key of a new body is not one that can stand in an address."""

    message = _(
        "キーは、英小文字で始め、英小文字・数字・ハイフンだけで書いてください（例：dx-hombu）。newは使えません。"
    )


class BodyThere(Refused):
    """A body of this key is there already."""

    message = _("このキーの会議体が、もうあります。ほかのキーにしてください。")


class BodyRing(Refused):
    """A body would stand above itself."""

    message = _("この会議体の下にあるものは、上の会議体に選べません。")


class BodyNotThen(Refused):
    """The body does not stand on that day."""

    message = _("その日には、この会議体がありません。設置の日から廃止の日の前日までの日にしてください。")


class BodyStillNeeded(Refused):
    """Members, meetings or bodies under it reach beyond the day on which a body would begin or end."""

    message = _(
        "この日より外に、委員の任期、会議、または下の会議体があります。先にそれらを改めるか、日を変えてください。"
    )


class BodyOver(Refused):
    """The body has ended."""

    message = _("この会議体は、もう廃止されています。")


class PostNotThen(Refused):
    """The post does not stand on that day."""

    message = _("その日には、この職がありません。組織の画面で職と期間を確かめてください。")


class PostOfMany(Refused):
    """A post for many people is nobody in particular."""

    message = _("何人もいる職は選べません。課長や係長のような、一人の職を選んでください。")


class SeatTaken(Refused):
    """The post sits in the body in that period already."""

    message = _(
        "この職は、その期間に、もうこの会議体にいます。期間を変えるか、いまの席を先に終えてください。"
    )


class OfficeSeated(Refused):
    """Another post speaks for the office in that period."""

    message = _("この部署からは、その期間に、もう委員が出ています。先にその委員を外してください。")


class ChairTaken(Refused):
    """The body has a chair in that period."""

    message = _("その期間には、もう長がいます。先にいまの長を外すか、日を変えてください。")


class SeatPeriodRefused(Refused):
    """A seat would end before it begins, or after it has ended."""

    message = _("日の前後が合いません。席の始まりより後で、いまの終わりより前の日にしてください。")


class MeetingThere(Refused):
    """The body has a meeting of this title on that day."""

    message = _("同じ日に同じ名称の会議が、もうあります。そちらを開いてください。")


class ReportIncomplete(Refused):
    """A report needs an edition and a year."""

    message = _("計画の結果を資料にするときは、計画と年度の両方を選んでください。")


class DecisionEmpty(Refused):
    """A decision needs its words and its day."""

    message = _("決まったことと、決まった日の両方を書いてください。")


class FollowUpIncomplete(Refused):
    """A follow-up needs a post, a task and a day."""

    message = _("対応事項を書くときは、だれが（職）、何を、いつまでに、の三つをすべて書いてください。")


class FollowUpDueEarly(Refused):
    """A follow-up would be due before it was decided."""

    message = _("対応の期限が、決まった日より前になっています。後の日にしてください。")


class DayToCome(Refused):
    """What has happened cannot have happened on a day to come."""

    message = _("まだ来ていない日です。今日か、今日より前の日にしてください。")


class NothingOwed(Refused):
    """The subject left no follow-up, or it is done."""

    message = _("この議題に、残っている対応事項はありません。画面を開き直して確かめてください。")
