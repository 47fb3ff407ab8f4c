"""The office's own entries of its menu."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.pages import menu_declare

menu_declare(label=_("はじめ"), url_name="office:home", order=0)
menu_declare(label=_("できごとと処理"), url_name="office:events", right="kernel.events_run", order=910)
menu_declare(label=_("監査記録"), url_name="office:audit", right="kernel.audit_view", order=920)
menu_declare(label=_("稼働状況"), url_name="office:health", right="kernel.health_view", order=930)
