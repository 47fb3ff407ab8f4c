"""What registers leave in the trail."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.audit import audit_type_declare

audit_type_declare("registers.record_added", _("台帳に記録を加えました"))
audit_type_declare("registers.record_changed", _("台帳の記録を変えました"))
audit_type_declare("registers.record_corrected", _("台帳の記録を訂正しました"))
audit_type_declare("registers.record_retired", _("台帳の記録を終わりにしました"))
audit_type_declare("registers.record_revived", _("台帳の記録の終わりを取り消しました"))
audit_type_declare("registers.record_split", _("台帳の記録を分けました"))
audit_type_declare("registers.records_merged", _("台帳の記録を合わせました"))
audit_type_declare("registers.file_brought", _("台帳に取り込むファイルを持ち込みました"))
audit_type_declare("registers.file_checked", _("取り込むファイルの読み方を変えました"))
audit_type_declare("registers.file_applied", _("ファイルを台帳に取り込みました"))
audit_type_declare("registers.file_dropped", _("ファイルの取り込みをやめました"))
audit_type_declare("registers.records_looked_at", _("台帳の個人情報を見ました"))
audit_type_declare("registers.change_asked", _("台帳の変更を申し出ました"))
audit_type_declare("registers.change_agreed", _("台帳の変更を認めました"))
audit_type_declare("registers.change_declined", _("台帳の変更を認めませんでした"))
audit_type_declare("registers.change_taken_back", _("台帳の変更の申し出を取り下げました"))
audit_type_declare("registers.list_saved", _("台帳の一覧を保存しました"))
audit_type_declare("registers.list_dropped", _("保存した一覧を消しました"))
audit_type_declare("registers.stocktake_opened", _("棚卸しを始めました"))
audit_type_declare("registers.stocktake_looked", _("棚卸しで確かめました"))
audit_type_declare("registers.stocktake_signed", _("棚卸しの確認を終えました"))
audit_type_declare("registers.stocktake_closed", _("棚卸しを終えました"))
audit_type_declare("registers.records_changed", _("台帳の記録をまとめて変えました"))
audit_type_declare("registers.current_moved", _("台帳の一覧を今日の内容にしました"))
