"""Two records that may be one person: looking for them, judging, and taking a merge back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from madoguchi.blocks.people.actions import (
    pair_judge,
    pair_open,
    pairs_find,
    pairs_open,
    party_unmerge,
    person_glance,
)
from madoguchi.blocks.people.actions.listing import PER_PAGE, pair_seen, pairs_waiting
from madoguchi.blocks.people.actions.reading import party_seen
from madoguchi.blocks.people.models import Party, PartyMerge
from madoguchi.blocks.people.types import FactOnPage, PersonSheet
from madoguchi.blocks.people.views.asking import page_of, posted, start_of
from madoguchi.blocks.people.views.residents import shown
from madoguchi.blocks.people.views.residents.asking import (
    MERGE,
    change_shown,
    done,
    residents_page,
    show,
    way,
    work_now,
)
from madoguchi.blocks.people.views.residents.forms import PairForm, ReasonForm
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kit.names import kana_key, name_key

PAIRS = "people:pairs"


@residents_page(MERGE)
def pairs(request: HttpRequest) -> HttpResponse:
    """List the pairs that wait; a POST looks for new ones."""
    viewer = viewer_of(request)
    viewer.must("people.identity_view")
    if request.method == "POST":
        count = pairs_find(actor=viewer, now=now())
        said = ngettext("新しく%(count)d組が見つかりました。", "新しく%(count)d組が見つかりました。", count)
        messages.success(
            request, said % {"count": count} if count else gettext("新しい組は見つかりませんでした。")
        )
        return redirect(PAIRS)
    page = page_of(request, pairs_waiting(viewer), PER_PAGE)
    lines = pairs_open(actor=viewer, start=start_of(page), now=now(), case=work_now(request).case)
    return show(
        request,
        "pairs",
        {
            "page": page,
            "table": shown.pairs_table(lines, on=viewer.on),
            "breadcrumb": way((gettext("名寄せ"), "")),
        },
        tab=PAIRS,
    )


@residents_page(MERGE)
def pair(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Show two persons side by side, and take the judgement."""
    viewer = viewer_of(request)
    waiting = pair_seen(viewer, pair_id)
    form = PairForm(*posted(request), keys=(waiting.one.key, waiting.other.key))

    def judge(typed: dict[str, Any]) -> None:
        verdict = typed["verdict"]
        same = verdict != "different"
        pair_judge(
            actor=viewer,
            pair_id=pair_id,
            same=same,
            kept_key=verdict if same else "",
            note=typed["note"],
            now=now(),
        )

    if done(request, form, judge, gettext("判断を記録しました。")):
        return redirect(PAIRS)
    both = pair_open(actor=viewer, pair_id=pair_id, now=now(), case=work_now(request).case)
    return show(
        request,
        "pair",
        {
            "form": form,
            "both": both,
            "reasons": shown.reasons_text(both.reasons),
            "rows": _rows(both.one, both.other, viewer.on),
            "breadcrumb": way((gettext("名寄せ"), reverse(PAIRS)), (gettext("二人を見くらべる"), "")),
        },
        tab=PAIRS,
        status=422 if form.errors else 200,
    )


@residents_page(MERGE)
def merge_undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Take a merge back."""
    viewer = viewer_of(request)
    merge = PartyMerge.objects.select_related("gone").filter(pk=merge_id, undone_at=None).first()
    if merge is None:
        raise Http404
    party = party_seen(viewer, merge.gone.key, Party.Kind.PERSON)
    form = ReasonForm(*posted(request))
    back = reverse("people:resident", args=[party.key])

    def undo(typed: dict[str, Any]) -> None:
        party_unmerge(actor=viewer, merge_id=merge_id, reason=typed["reason"], now=now())

    if done(request, form, undo, gettext("二つの記録に戻しました。")):
        return redirect(back)
    card = person_glance(actor=viewer, key=party.key, now=now(), case=work_now(request).case)
    return change_shown(
        request,
        form,
        title=gettext("まとめた記録を戻す"),
        button=gettext("二つの記録に戻す"),
        back=back,
        steps=way((gettext("個人の記録"), back)),
        lead=gettext("番号%(key)sの記録を、この人から切り離して、別の人として扱います。")
        % {"key": merge.gone.key},
        card=card,
        danger=True,
    )


def _rows(one: PersonSheet, other: PersonSheet, on: Any) -> list[dict[str, Any]]:
    """What is compared: a label, both values as lines, and whether they are equal as the search sees them."""
    a, b = one.card, other.card
    rows = [
        _row(gettext("氏名"), [a.name], [b.name], name_key(a.name) == name_key(b.name)),
        _row(gettext("フリガナ"), [a.kana], [b.kana], kana_key(a.kana) == kana_key(b.kana)),
        _row(
            gettext("生年月日"),
            [shown.born_text(a.born, on=on, status=a.status)],
            [shown.born_text(b.born, on=on, status=b.status)],
            a.born == b.born,
        ),
        _row(gettext("性別"), [shown.sex_text(a)], [shown.sex_text(b)], a.sex == b.sex),
        _row(
            gettext("状態"),
            [str(shown.STATUS[a.status][0])],
            [str(shown.STATUS[b.status][0])],
            a.status == b.status,
        ),
    ]
    if one.addresses is not None and other.addresses is not None:
        mine, theirs = _lines(one.addresses), _lines(other.addresses)
        rows.append(_row(gettext("住所"), mine, theirs, bool(set(mine) & set(theirs))))
    rows.append(_row(gettext("ほかの名"), _lines(one.names[1:]), _lines(other.names[1:]), None))
    mine, theirs = ([number for _system, number in sheet.numbers] for sheet in (one, other))
    rows.append(_row(gettext("宛名番号など"), mine, theirs, None))
    return rows


def _row(label: str, one: list[str], other: list[str], equal: bool | None) -> dict[str, Any]:
    """One line of the comparison; ``equal`` None where a difference says nothing."""
    return {"label": label, "one": [x for x in one if x], "other": [x for x in other if x], "equal": equal}


def _lines(facts: tuple[FactOnPage, ...]) -> list[str]:
    return list(dict.fromkeys(fact.text for fact in facts))
