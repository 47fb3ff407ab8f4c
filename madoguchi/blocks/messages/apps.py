from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "madoguchi.blocks.messages"
    # Django's own app of one-time notes is called "messages" already.
    label = "notices"
    verbose_name = _("庁内のお知らせ")
