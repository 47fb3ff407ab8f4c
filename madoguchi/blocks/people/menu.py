"""The menu entry of the organisation."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.pages import menu_declare

menu_declare(label=_("組織と職員"), url_name="people:tree", right="people.organisation_view", order=60)
