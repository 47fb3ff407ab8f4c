"""
The components as template tags and filters.

Registered as builtins in the settings: no template needs to load them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.template import Context
from django.utils.safestring import SafeString

from madoguchi.ui import formats
from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.breadcrumb import breadcrumb
from madoguchi.ui.components.button import button, link_button
from madoguchi.ui.components.chart import Chart, chart_render
from madoguchi.ui.components.dialog import dialog
from madoguchi.ui.components.empty import empty_state
from madoguchi.ui.components.errors import error_summary
from madoguchi.ui.components.icon import icon
from madoguchi.ui.components.language import lang_mark
from madoguchi.ui.components.notice import notice, notice_kind
from madoguchi.ui.components.pagination import Pager, pagination
from madoguchi.ui.components.printing import print_button
from madoguchi.ui.components.stat import stat_tile
from madoguchi.ui.components.steps import steps
from madoguchi.ui.components.summary import summary_list
from madoguchi.ui.components.table import Table, table_render
from madoguchi.ui.components.tabs import tabs
from madoguchi.ui.components.timeline import Timeline, timeline_render
from madoguchi.ui.components.timeout import timeout_warning

register = template.Library()

for _component in (
    badge,
    breadcrumb,
    button,
    empty_state,
    icon,
    lang_mark,
    link_button,
    print_button,
    stat_tile,
    steps,
    summary_list,
    tabs,
):
    register.simple_tag(_component)

register.simple_block_tag(notice)
register.simple_block_tag(dialog)


@register.simple_tag(name="table")
def table_tag(table: Table) -> SafeString:
    """Render a ``Table``."""
    return table_render(table)


@register.simple_tag(name="chart")
def chart_tag(chart: Chart) -> SafeString:
    """Render a chart with its table of figures."""
    return chart_render(chart)


@register.simple_tag(name="timeline")
def timeline_tag(timeline: Timeline) -> SafeString:
    """Render a timeline with its table."""
    return timeline_render(timeline)


@register.simple_tag(name="pagination", takes_context=True)
def pagination_tag(
    context: Context, page: Page[Any] | Pager, *, param: str = "page", label: object = ""
) -> SafeString:
    """Render the links to the other pages; the request's own parameters stay in them."""
    request = context.get("request")
    return pagination(page, request.GET if request is not None else None, param=param, label=label)


@register.simple_tag(name="timeout_warning", takes_context=True)
def timeout_tag(context: Context, **asked: Any) -> SafeString:
    """Render the time-out warning with the page's CSRF token."""
    token = str(context.get("csrf_token", ""))
    token = "" if token == "NOTPROVIDED" else token  # noqa: S105 - the word that Django puts where there is none
    return timeout_warning(csrf_token=token, **asked)


@register.simple_tag(name="error_summary")
def error_summary_tag(*forms: BaseForm | BaseFormSet[Any]) -> SafeString:
    """Render the list of errors of one or more forms and formsets."""
    return error_summary(*forms)


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """Render one field: label, mark, help, errors and input, wired together."""
    return bound.as_field_group()


@register.simple_tag
def fields(form: BaseForm, names: str | Iterable[str] = "") -> SafeString:
    """Render several fields in order: ``{% fields form "name kana born_on" %}``; without names all that show."""
    wanted = names.split() if isinstance(names, str) else list(names)
    chosen = [form[name] for name in wanted] if wanted else form.visible_fields()
    return SafeString("".join(bound.as_field_group() for bound in chosen))


@register.simple_tag
def message_notice(message: Message) -> SafeString:
    """Render a message of Django's messages framework."""
    return notice(message.message, notice_kind(message.tags), live=True)


register.filter("day", lambda value: formats.date_text(value) if value else "")
register.filter("moment", lambda value: formats.moment_text(value) if value else "")
register.filter("yen", lambda value: formats.yen_text(value) if value not in (None, "") else "")
register.filter("number", lambda value: formats.number_text(value) if value not in (None, "") else "")
