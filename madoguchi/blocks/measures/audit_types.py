"""Audit events, rights and event kinds of measures."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.audit import audit_type_declare
from madoguchi.kernel.outbox import event_declare
from madoguchi.kernel.rights import right_declare

right_declare("measures.edition_edit", label=_("計画の版を取り込む"))
right_declare("measures.actual_enter", label=_("実績値を記録する"))
right_declare("measures.evaluate", label=_("取組項目を評価する"))
right_declare("measures.year_publish", label=_("年度の結果を公表する"))
right_declare("measures.round_keep", label=_("調査を依頼して取りまとめる"))
right_declare("measures.body_keep", label=_("推進の会議体を管理する"))
right_declare("measures.rows_view", label=_("指標のもとになった行を見る"))

audit_type_declare("measures.edition_loaded", _("計画の版を取り込みました"))
audit_type_declare("measures.edition_published", _("計画の版を公表しました"))
audit_type_declare("measures.coordinator_chosen", _("取りまとめの部署を選びました"))
audit_type_declare("measures.year_published", _("年度の結果を公表しました"))
audit_type_declare("measures.text_entered", _("年度の文を記録しました"))
audit_type_declare("measures.progress_entered", _("進み具合を記録しました"))
audit_type_declare("measures.improvement_checked", _("前年度の改善策を点検しました"))
audit_type_declare("measures.miss_entered", _("目標に届かなかった理由を記録しました"))
audit_type_declare("measures.actual_entered", _("実績値を記録しました"))
audit_type_declare("measures.item_evaluated", _("取組項目を評価しました"))

event_declare("measures.edition_changed", "")
event_declare("measures.year_published", "year: 年度")
event_declare("measures.text_entered", "year: 年度")
event_declare("measures.progress_entered", "year: 年度")
event_declare("measures.improvement_checked", "year: 年度")
event_declare("measures.actual_entered", "year: 年度")
event_declare("measures.item_evaluated", "year: 年度")

for _name, _label in (
    ("round_opened", _("調査を依頼しました")),
    ("round_reminded", _("回答を催促しました")),
    ("round_closed", _("調査を締めました")),
    ("answer_saved", _("調査の回答を保存しました")),
    ("answer_sent", _("調査の回答を送りました")),
    ("answer_returned", _("調査の回答を差し戻しました")),
    ("answer_accepted", _("調査の回答を取り込みました")),
):
    audit_type_declare(f"measures.{_name}", _label)

event_declare("measures.round_opened", "due_on: 期限")
event_declare("measures.round_reminded", "due_on: 期限")
event_declare("measures.round_closed", "year: 年度")
event_declare("measures.answer_sent", "office: 部署")
event_declare("measures.answer_returned", "office: 部署")
event_declare("measures.answer_accepted", "office: 部署")

for _name, _label in (
    ("body_saved", _("推進の会議体を記録しました")),
    ("body_ended", _("推進の会議体を廃止しました")),
    ("member_seated", _("会議体に委員を足しました")),
    ("member_left", _("会議体の委員を外しました")),
    ("meeting_planned", _("会議の予定を記録しました")),
    ("agenda_saved", _("議題と資料を記録しました")),
    ("agenda_moved", _("議題の順番を変えました")),
    ("decision_recorded", _("会議で決まったことを記録しました")),
    ("follow_up_done", _("会議の対応事項を終えました")),
    ("minutes_saved", _("議事の要旨を記録しました")),
):
    audit_type_declare(f"measures.{_name}", _label)

event_declare("measures.meeting_planned", "held_on: 開催日")
event_declare("measures.decision_recorded", "item: 議題, owed_by: 対応する職")

audit_type_declare("measures.mapping_saved", _("列の対応表を記録しました"))
audit_type_declare("measures.workbook_kept", _("計画の表を読み込みました"))
audit_type_declare("measures.workbook_applied", _("計画の表を取り込みました"))
