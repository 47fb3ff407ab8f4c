"""Audit events, the right and the event kind of places."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.audit import audit_type_declare
from madoguchi.kernel.outbox import event_declare
from madoguchi.kernel.rights import right_declare

right_declare("places.area_edit", label=_("町と地区を変える"))

audit_type_declare("places.area_added", _("町・地区を加えました"))
audit_type_declare("places.area_changed", _("町・地区の番号などを変えました"))
audit_type_declare("places.area_ended", _("町・地区をなくしました"))
audit_type_declare("places.area_placed", _("町・地区の属する区域を決めました"))
audit_type_declare("places.area_renamed", _("町・地区の名称を決めました"))
audit_type_declare("places.area_succeeded", _("町・地区を引き継ぐ先を決めました"))

event_declare("places.areas_changed", "rows: 変わった行の数")
