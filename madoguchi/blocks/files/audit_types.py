"""Audit events, the right and the event kinds of files."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.audit import audit_type_declare
from madoguchi.kernel.outbox import event_declare
from madoguchi.kernel.rights import right_declare

right_declare("files.content_keep", label=_("ファイルの保全と整理"), data_class="restricted")

audit_type_declare("files.file_kept", _("ファイルを受け取りました"))
audit_type_declare("files.file_removed", _("ファイルを外しました"))
audit_type_declare("files.infection_found", _("ウイルスのあるファイルを断りました"))
audit_type_declare("files.content_judged", _("ファイルのウイルス検査が済みました"))
audit_type_declare("files.preview_kept", _("ファイルの見本を作りました"))
audit_type_declare("files.content_held", _("ファイルを保全しました"))
audit_type_declare("files.hold_released", _("ファイルの保全を解きました"))
audit_type_declare("files.content_swept", _("使われないファイルの中身を消しました"))
audit_type_declare("files.contents_verified", _("ファイルの中身を確かめました"))
audit_type_declare("files.content_damaged", _("ファイルの中身が壊れているか、なくなっています"))
audit_type_declare("files.content_mended", _("ファイルの中身が元に戻りました"))

event_declare("files.file_kept", "about_kind, about_key: 何に付くか; content: 中身の番号")
event_declare("files.file_removed", "about_kind, about_key: 何に付いていたか")
event_declare(
    "files.content_judged", "about_kind, about_key: 何に付くか; verdict: 検査の結果; content: 中身の番号"
)
