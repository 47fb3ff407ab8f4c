"""Audit events, rights and event kinds of people."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.audit import audit_type_declare
from madoguchi.kernel.outbox import event_declare
from madoguchi.kernel.rights import right_declare

right_declare("people.organisation_view", label=_("組織と職員を見る"))
right_declare("people.organisation_edit", label=_("組織と職員を変える"), data_class="personal")
right_declare("people.account_edit", label=_("アカウントを開く・止める"), data_class="restricted")

audit_type_declare("people.row_added", _("組織の行を加えました"))
audit_type_declare("people.row_changed", _("組織の行を変えました"))
audit_type_declare("people.row_removed", _("組織の行を取り消しました"))
audit_type_declare("people.workbook_written", _("組織表を書き出しました"))
audit_type_declare("people.workbook_read", _("組織表を読み込みました"))
audit_type_declare("people.workbook_applied", _("組織表を適用しました"))
audit_type_declare("people.account_opened", _("アカウントを開きました"))
audit_type_declare("people.account_reopened", _("アカウントに新しいパスワードを付けました"))
audit_type_declare("people.signed_in", _("サインインしました"))
audit_type_declare("people.signed_out", _("サインアウトしました"))
audit_type_declare("people.sign_in_failed", _("サインインに失敗しました"))
audit_type_declare("people.account_closed", _("アカウントを止めました"))

event_declare("people.organisation_changed", "rows: 変わった行の数")
