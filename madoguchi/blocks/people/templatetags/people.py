"""``{% whose %}``: beside ``{% csrf_token %}`` in every form of the portal."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from madoguchi.blocks.people.identity.residents import resident_of
from madoguchi.blocks.people.identity.whose import FIELD, whose

register = template.Library()


@register.simple_tag(takes_context=True, name="whose")
def whose_field(context: Context) -> SafeString:
    """Give the hidden field that says for whose record a form was made."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">', FIELD, whose(resident_of(context["request"]))
    )
