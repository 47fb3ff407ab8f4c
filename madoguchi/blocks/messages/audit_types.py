"""Audit events, rights and event kinds of messages."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.audit import audit_type_declare
from madoguchi.kernel.outbox import event_declare
from madoguchi.kernel.rights import right_declare

# Whoever is addressed needs no right to read a notice; this one is for those who look after an office.
right_declare("messages.notice_read", label=_("所属あてのお知らせと確認状況を見る"))
right_declare("messages.notice_send", label=_("所属の名でお知らせを送る"))

audit_type_declare("messages.draft_saved", _("お知らせの下書きを保存しました"))
audit_type_declare("messages.draft_discarded", _("お知らせの下書きを捨てました"))
audit_type_declare("messages.correction_started", _("お知らせの訂正を書き始めました"))
audit_type_declare("messages.notice_sent", _("お知らせを送りました"))
audit_type_declare("messages.notice_read", _("お知らせを読みました"))
audit_type_declare("messages.notice_acknowledged", _("お知らせを確認しました"))
audit_type_declare("messages.notice_withdrawn", _("お知らせを取り消しました"))
audit_type_declare("messages.notice_reminded", _("お知らせの期限を知らせました"))

# Drafts and read marks tell nobody: they are audited, and no handler could do anything useful with them.
event_declare(
    "messages.notice_sent", "deadline_on: 期限（ISO）か null, recipients: 人数, corrects: 元の番号か null"
)
event_declare("messages.notice_acknowledged", "person: 確認した人, in_time: 期限内か（期限がなければ null）")
event_declare("messages.notice_withdrawn", "reason: 理由")
event_declare("messages.notice_near", "people: 知らせた人の一覧")
event_declare("messages.notice_overdue", "people: 知らせた人の一覧")
