"""Codes of people in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.mandates.offers import EVERY_SERVICE
from madoguchi.blocks.people.models import Mandate

STATES: Final[Mapping[str, tuple[object, str]]] = {
    "offered": (_("申し出中"), "info"),
    "in_hand": (_("返事待ち"), "info"),
    "lapsed": (_("受ける人がなく、期限が切れました"), "neutral"),
    "void": (_("成立しませんでした"), "neutral"),
    "coming": (_("まだ始まっていません"), "info"),
    "holds": (_("有効"), "success"),
    "suspended": (_("いまは使えません"), "warning"),
    "over": (_("期間が終わりました"), "neutral"),
    "ended": (_("終えました"), "neutral"),
}
ENDED_BY: Final[Mapping[str, object]] = {
    "self": _("あなたが終えました。"),
    "other": _("相手の人が終えました。"),
    "counter": _("市役所の窓口で終えました。"),
    "tries": _("番号の間違いが5回続いたため、取りやめになりました。"),
}
CLASSES: Final[Mapping[str, object]] = {
    "identity": _("氏名・生年月日・性別"),
    "address": _("住所"),
    "household": _("世帯"),
    "history": _("異動の履歴"),
    "contact": _("連絡先とアカウント"),
    "protected": _("支援措置"),
    "mandates": _("代わりに手続きする人"),
    "access": _("だれが見たかの記録"),
    "consents": _("同意の記録"),
    "everything": _("市が持っているすべての記録"),
}
"""The classes of data that a look can show, as the record of looks names them."""


def kind_word(kind: str) -> str:
    """Give the word for a kind of mandate."""
    return str(Mandate.Kind(kind).label)


def basis_word(kind: str, basis: str) -> str:
    """Give the word for what a mandate rests on."""
    if kind == Mandate.Kind.OFFICER and basis == Mandate.Basis.REGISTER:
        return gettext("市の記録にある役職")
    return str(Mandate.Basis(basis).label)


def services_words(services: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Give the services of a mandate by name; one that is no longer there by its key."""
    return [gettext("すべての手続き") if key == EVERY_SERVICE else labels.get(key, key) for key in services]


def joined(words: Iterable[str]) -> str:
    """Give words in a row, as the reader's language separates them."""
    return gettext("、").join(words)


def class_words(classes: Iterable[str]) -> list[str]:
    """Give classes of data in words; one that another version of the house wrote as it stands."""
    return [str(CLASSES.get(name, name)) for name in classes]
