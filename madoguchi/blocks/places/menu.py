"""The menu entry of places: open to everybody who is signed in, as areas are no secret."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.pages import menu_declare

menu_declare(label=_("町と地区"), url_name="places:areas", order=65)
