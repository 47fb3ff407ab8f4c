"""Where plans stand in the two faces."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.pages import menu_declare, portal_tile_declare

menu_declare(label=_("計画と実績"), url_name="measures:list", right="measures.actual_enter", order=30)
portal_tile_declare(
    label=_("計画と実績"),
    summary=_("市の計画が、どこまで進んだかを見られます。"),
    url_name="plan:list",
    icon="next",
    order=10,
)
