"""Audit events, rights and event kinds of the kernel itself."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.audit import audit_type_declare
from madoguchi.kernel.rights import right_declare

right_declare("kernel.events_run", label=_("できごとの再試行と見送り"))
right_declare("kernel.health_view", label=_("稼働状況を見る"))
right_declare("kernel.audit_view", label=_("監査記録を見る"), data_class="restricted")
right_declare("kernel.declaration_publish", label=_("宣言の公開"))

audit_type_declare("kernel.delivery_retried", _("止まっていた処理を再開しました"))
audit_type_declare("kernel.delivery_skipped", _("止まっていた処理を見送りました"))
audit_type_declare("kernel.declaration_published", _("宣言を公開しました"))
