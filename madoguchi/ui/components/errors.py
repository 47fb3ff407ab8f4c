"""Error summary: all that must be put right, at the top of the form, each with a link to its field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.icon import icon
from madoguchi.ui.components.markup import esc, safe


def first_input_id(bound: BoundField) -> str:
    """Give the id of the element to go to: of a group of choices the first one."""
    auto_id = str(bound.auto_id)
    if bound.field.widget.use_fieldset and bound.id_for_label == "":
        return f"{auto_id}_0"
    return bound.id_for_label or auto_id


def _form_lines(form: BaseForm) -> Iterator[str]:
    for error in form.non_field_errors():
        yield f"<li>{esc(error)}</li>"
    for bound in form:
        for error in bound.errors:
            # A message that stands apart from its field has to name it.
            said = str(error) if str(bound.label) in str(error) else f"{bound.label}：{error}"
            if bound.is_hidden:
                yield f"<li>{esc(said)}</li>"
            else:
                yield f'<li><a href="#{esc(first_input_id(bound))}">{esc(said)}</a></li>'


def _lines(form: BaseForm | BaseFormSet[Any]) -> Iterator[str]:
    if isinstance(form, BaseForm):
        yield from _form_lines(form)
        return
    for error in form.non_form_errors():
        yield f"<li>{esc(error)}</li>"
    for inner in form.forms:
        yield from _form_lines(inner)


def error_summary(*forms: BaseForm | BaseFormSet[Any]) -> SafeString:
    """Render the errors of bound forms; nothing where there are none. It takes the focus when the page opens."""
    lines = [line for form in forms if form.is_bound and not form.is_valid() for line in _lines(form)]
    if not lines:
        return safe("")
    title = gettext("入力内容を確認してください")
    return safe(
        '<div class="mg-errors" role="alert" tabindex="-1" autofocus data-errors aria-labelledby="mg-errors-title">'
        f'<p class="mg-errors__title" id="mg-errors-title">{icon("error", size="large")}{esc(title)}</p>'
        f"<ul>{''.join(lines)}</ul></div>"
    )
