"""The one thing that is to be done next: the first that waits, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.people.models import Assurance
from madoguchi.blocks.people.queries import consents_open, mandates_given, mandates_held
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.formats import date_text

SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NextThing:
    """What waits, and where it is done."""

    words: str
    label: str
    url: str


def next_thing(viewer: Viewer, *, language: str) -> NextThing | None:
    """
    Give the first thing that waits for a resident; None when nothing does.

    First what others wait for, then what is asked, then what ends soon.
    """
    if viewer.record is None or viewer.assurance < Assurance.CARD:
        return None
    return _offer_waiting(viewer) or _consent_asked(viewer, language) or _ending_soon(viewer)


def _offer_waiting(viewer: Viewer) -> NextThing | None:
    line = next((line for line in mandates_held(viewer) if line.state == "in_hand"), None)
    if line is None:
        return None
    words = gettext(
        "%(name)sさんから、代わりに手続きしてほしいという申し出が来ています。%(day)sまでに答えてください。"
    )
    said = words % {"name": line.grantor, "day": date_text(line.closes_on)}
    return NextThing(said, gettext("申し出を見る"), reverse("me:mandate", args=[line.key]))


def _consent_asked(viewer: Viewer, language: str) -> NextThing | None:
    for text, stand in consents_open(viewer, language):
        if stand.asked_again:
            words = gettext("「%(label)s」の文面が変わりました。読んで、もう一度答えてください。")
            url = reverse("me:consent", args=[text.key])
            return NextThing(words % {"label": text.label.value}, gettext("文面を読む"), url)
    return None


def _ending_soon(viewer: Viewer) -> NextThing | None:
    for line in mandates_given(viewer):
        if line.state == "holds" and line.last_on is not None and line.last_on - viewer.on < SOON:
            words = gettext(
                "%(name)sさんに頼んでいることは、%(day)sで終わります。続けるときは、そのあとでもう一度頼んでください。"
            )
            said = words % {"name": line.delegate, "day": date_text(line.last_on)}
            return NextThing(said, gettext("頼んでいることを見る"), reverse("me:mandate", args=[line.key]))
    return None
