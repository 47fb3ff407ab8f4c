"""Persons, facts, pairs, organisations and files in the words and tables of the pages over residents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import (
    Birth,
    Membership,
    Party,
    PartyAddress,
    PartyMerge,
    PartyName,
    Residence,
    Source,
)
from madoguchi.blocks.people.presentation import period_text
from madoguchi.blocks.people.types import (
    FactOnPage,
    HouseholdMember,
    MemberLine,
    PairLine,
    PersonCard,
    ProtectionLine,
)
from madoguchi.kit.ages import AgeRefused
from madoguchi.kit.partial_dates import PartialDate
from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import date_text

STATUS: Mapping[str, tuple[Any, str]] = {
    "resident": (_("住民"), "success"),
    "moved_out": (_("転出など"), "neutral"),
    "died": (_("死亡"), "strong"),
    "other": (_("住民登録なし"), "info"),
}
REASONS: Mapping[str, Any] = {
    "kana": _("フリガナと生年月日が同じ"),
    "characters": _("氏名の漢字（異体字も）と生年月日が同じ"),
    "address": _("住所が同じ"),
}
LEVELS: Mapping[str, Any] = {
    "prefecture": _("都道府県まで"),
    "city": _("市区町村まで"),
    "town": _("町字まで"),
    "block": _("番地・街区まで"),
    "house": _("号まで"),
    "building": _("建物・部屋まで"),
}
SOURCES: Mapping[str, Any] = {**dict(Source.choices), Source.COUNTER: _("窓口で記録")}
QUALITIES: Mapping[str, tuple[Any, str]] = {
    "exact": (_("書いてあるとおり一致"), "success"),
    "folded": (_("書き方の違いを直して一致"), "info"),
    "guessed": (_("推定"), "warning"),
}


def born_text(born: str, *, on: date, status: str = "") -> str:
    """Write a day of birth as far as known, with the age that is reached on a day; the dead have no age."""
    partial = PartialDate(born)
    japanese = (get_language() or "ja").startswith("ja")
    if japanese:
        written = partial.label()
    else:
        written = date_text(partial.day) if partial.day else born or gettext("不詳")
    age = _age(partial, on) if status != "died" else ""
    return f"{written} {age}".strip()


def _age(partial: PartialDate, on: date) -> str:
    try:
        ages = partial.age_on(on)
    except AgeRefused:
        return ""
    if ages is None:
        return ""
    least, most = ages
    if least == most:
        return gettext("%(age)d歳") % {"age": most}
    return gettext("%(least)d歳か%(most)d歳") % {"least": least, "most": most}


def person_url(card: PersonCard) -> str:
    """Give a person's page."""
    return reverse("people:resident", args=[card.key])


def sex_text(card: PersonCard) -> str:
    """Write the registered sex."""
    return str(dict(Birth.Sex.choices).get(card.sex, "")) or gettext("記録なし")


def name_html(card: PersonCard, *, first: bool = False) -> SafeString:
    """Write a name as the link to its page; the first of a list has the focus, so that Enter opens it."""
    focus = SafeString(" autofocus") if first else ""
    link = format_html(
        '<a class="pe-name" href="{}"{}><span lang="ja">{}</span></a>',
        person_url(card),
        focus,
        card.name or gettext("氏名の記録なし"),
    )
    found = ""
    if card.found_by:
        text = gettext("「%(name)s」で見つかりました") % {"name": card.found_by}
        found = format_html('<span class="pe-under">{}</span>', text)
    return format_html("{}{}{}", link, protected_mark(card), found)


def protected_mark(card: PersonCard) -> SafeString:
    """Mark a protected person, in words."""
    if not card.protected:
        return SafeString("")
    return format_html(" {}", badge(gettext("支援措置"), "error"))


def found_table(persons: Sequence[PersonCard], *, on: date) -> Table:
    """List who was found."""
    first = persons[0].key if persons else ""
    return Table(
        [
            Column("name", gettext("氏名"), "html", head=True, value=lambda card: name_html(card, first=card.key == first)),
            Column("kana", gettext("フリガナ"), "html", value=lambda card: format_html('<span class="pe-name" lang="ja">{}</span>', card.kana)),
            Column("born", gettext("生年月日と年齢"), value=lambda card: born_text(card.born, on=on, status=card.status)),
            *_address_column(persons),
            Column("status", gettext("状態"), "badge", value=lambda card: STATUS[card.status]),
        ],
        persons, caption=gettext("見つかった人"), caption_hidden=True, key="found",
        empty_title=gettext("条件に合う人は見つかりませんでした"),
        empty_hint=gettext("フリガナを短くする、生年月日を年だけにする、旧氏でさがす、などを試してください。"),
    )  # fmt: skip


def _address_column(cards: Iterable[PersonCard]) -> list[Column]:
    """No column where the duty does not need addresses."""
    shown = any(card.address is not None for card in cards)
    return [Column("address", gettext("住所"), value=lambda card: card.address or "")] if shown else []


def members_table(members: Sequence[HouseholdMember], *, on: date, query: str = "") -> Table:
    """List the members of a household on a day."""

    def name(member: HouseholdMember) -> SafeString:
        card = member.card
        return format_html(
            '<a href="{}{}"><span lang="ja">{}</span></a>{}',
            person_url(card),
            query,
            card.name,
            protected_mark(card),
        )

    return Table(
        [
            Column("name", gettext("氏名"), "html", head=True, value=name),
            Column("relation", gettext("続柄")),
            Column("born", gettext("生年月日と年齢"),
                   value=lambda member: born_text(member.card.born, on=on, status=member.card.status)),
            Column("status", gettext("状態"), "badge", value=lambda member: STATUS[member.card.status]),
        ],
        members, caption=gettext("世帯の人"), caption_hidden=True, key="members",
    )  # fmt: skip


def names_table(names: Sequence[FactOnPage], *, uses_shown: bool = True) -> Table:
    """List the names of a party; an organisation has names of one use only."""
    uses = dict(PartyName.Use.choices)
    use = Column("what", gettext("種類"), value=lambda fact: uses.get(fact.what, fact.what))
    return Table(
        [
            Column("text", gettext("名"), head=True),
            Column("kana", gettext("フリガナ")),
            *([use] if uses_shown else []),
            *_when(),
        ],
        names, caption=gettext("名の移り変わり"), caption_hidden=True, key="names", empty_title=gettext("この日の記録はありません"),
    )  # fmt: skip


def addresses_table(addresses: Sequence[FactOnPage]) -> Table:
    """List addresses, as written and with how far they were understood."""
    kinds = dict(PartyAddress.Kind.choices)

    def match(fact: FactOnPage) -> SafeString:
        level, _slash, quality = fact.match.partition("/")
        if level not in LEVELS or quality not in QUALITIES:
            return badge(gettext("市の町名と一致しない"), "warning")
        label, tone = QUALITIES[quality]
        return format_html("<span>{} {}</span>", badge(label, tone), LEVELS[level])

    return Table(
        [
            Column("text", gettext("住所"), head=True),
            Column("what", gettext("種類"), value=lambda fact: kinds.get(fact.what, fact.what)),
            Column("match", gettext("町名との照合"), "html", value=match),
            *_when(),
        ],
        addresses, caption=gettext("住所"), caption_hidden=True, key="addresses",
        empty_title=gettext("この日の記録はありません"),
    )  # fmt: skip


def residences_table(residences: Sequence[FactOnPage]) -> Table:
    """List when somebody was a resident, and why it began and ended."""
    begins, ends = dict(Residence.Begin.choices), dict(Residence.End.choices)
    return Table(
        [
            Column("period", gettext("住民であった期間"), head=True,
                   value=lambda fact: period_text(fact.starts_on, fact.ends_on)),
            Column("what", gettext("住民となった事由"), value=lambda fact: begins.get(fact.what, "")),
            Column("text", gettext("住民でなくなった事由"), value=lambda fact: ends.get(fact.text, "")),
            _source(),
        ],
        residences, caption=gettext("住民であった期間"), caption_hidden=True, key="residences",
        empty_title=gettext("住民であった記録はありません"),
    )  # fmt: skip


def merges_table(merges: Sequence[PartyMerge], people: Mapping[str, str]) -> Table:
    """List which records were put under this one, and the way to take it back."""

    def undo(merge: PartyMerge) -> SafeString:
        url = reverse("people:merge_undo", args=[merge.pk])
        hidden = format_html('<span class="mg-hidden">（{}）</span>', merge.gone.key)
        return format_html('<a href="{}">{}{}</a>', url, gettext("戻す"), hidden)

    return Table(
        [
            Column("gone", gettext("まとめた記録の番号"), head=True, value=lambda merge: merge.gone.key),
            Column("reason", gettext("理由")),
            Column("merged_at", gettext("まとめた日時"), "moment"),
            Column("merged_by", gettext("まとめた人"), value=lambda merge: people.get(merge.merged_by, merge.merged_by)),
            Column("undo", gettext("変更"), "html", value=undo),
        ],
        merges, caption=gettext("まとめた記録"), caption_hidden=True, key="merges",
    )  # fmt: skip


def reasons_text(reasons: Iterable[str]) -> str:
    """Say why two may be one."""
    return gettext("、").join(str(REASONS.get(reason, reason)) for reason in reasons)


def pairs_table(pairs: Sequence[PairLine], *, on: date) -> Table:
    """List pairs that wait for somebody to look."""

    def both(pair: PairLine) -> SafeString:
        lines = [(card.name, card.kana) for card in (pair.one, pair.other)]
        names = format_html_join("", '<span class="pe-line pe-name" lang="ja">{}（{}）</span>', lines)
        return format_html(
            '<a class="pe-pair" href="{}">{}</a>', reverse("people:pair", args=[pair.id]), names
        )

    return Table(
        [
            Column("names", gettext("二人の氏名"), "html", head=True, value=both),
            Column("born", gettext("生年月日と年齢"), value=lambda pair: born_text(pair.one.born, on=on)),
            Column("score", gettext("似ている度合い"), value=lambda pair: gettext("%(score)d点／100点") % {"score": pair.score}),
            Column("reasons", gettext("似ているところ"), value=lambda pair: reasons_text(pair.reasons)),
            Column("found_at", gettext("見つけた日時"), "moment"),
        ],
        pairs, caption=gettext("確かめる二人"), caption_hidden=True, key="pairs",
        empty_title=gettext("確かめる二人はいません"),
        empty_hint=gettext("新しい記録が入ったあとに「同じ人かもしれない二人をさがす」を押すと、ここに出ます。"),
    )  # fmt: skip


def protections_table(rows: Sequence[ProtectionLine], *, on: date, soon: date) -> Table:
    """List who is protected until when; what ends soon is said in words."""

    def state(row: ProtectionLine) -> tuple[str, str]:
        if row.starts_on > on:
            return gettext("これから始まる"), "info"
        if row.ends_on is not None and row.ends_on <= soon:
            return gettext("まもなく終わる"), "warning"
        return gettext("保護中"), "success"

    return Table(
        [
            Column("name", gettext("氏名"), "html", head=True,
                   value=lambda row: format_html('<a href="{}"><span lang="ja">{}</span></a>', person_url(row.card), row.card.name)),
            Column("kana", gettext("フリガナ"), value=lambda row: row.card.kana),
            Column("period", gettext("期間"), value=lambda row: period_text(row.starts_on, row.ends_on)),
            Column("state", gettext("状態"), "badge", value=state),
            Column("source", gettext("出どころ"), value=lambda row: SOURCES[row.source]),
        ],
        rows, caption=gettext("支援措置の人"), caption_hidden=True, key="protections",
        empty_title=gettext("支援措置の人はいません"),
    )  # fmt: skip


def organisation_members_table(
    members: Sequence[MemberLine], *, organisation: str, on: date, may_end: bool
) -> Table:
    """List officers and members of an organisation over time, those of the day first."""
    kinds = dict(Membership.Kind.choices)

    def holds(line: MemberLine) -> bool:
        return line.starts_on <= on and (line.ends_on is None or on < line.ends_on)

    def name(line: MemberLine) -> SafeString:
        person = line.party_kind == Party.Kind.PERSON
        url = reverse("people:resident" if person else "people:organisation_page", args=[line.party_key])
        head = format_html(" {}", badge(gettext("代表者"), "info")) if line.head else ""
        return format_html('<a href="{}"><span lang="ja">{}</span></a>{}', url, line.name, head)

    def end(line: MemberLine) -> SafeString:
        if line.ends_on is not None or not may_end:
            return SafeString("")
        url = reverse("people:member_leave", args=[organisation, line.kind, line.party_key])
        hidden = format_html('<span class="mg-hidden">（{}）</span>', line.name)
        return format_html('<a href="{}">{}{}</a>', url, gettext("終える"), hidden)

    return Table(
        [
            Column("name", gettext("氏名か名称"), "html", head=True, value=name),
            Column("kind", gettext("区分"), value=lambda line: kinds.get(line.kind, line.kind)),
            Column("relation", gettext("役職")),
            Column("period", gettext("期間"), value=lambda line: period_text(line.starts_on, line.ends_on)),
            Column("end", gettext("変更"), "html", value=end),
        ],
        sorted(members, key=lambda line: not holds(line)), caption=gettext("役員と構成員"), caption_hidden=True,
        key="members", empty_title=gettext("役員も構成員も記録されていません"),
    )  # fmt: skip


def _when() -> list[Column]:
    return [
        Column("period", gettext("期間"), value=lambda fact: period_text(fact.starts_on, fact.ends_on)),
        _source(),
    ]


def _source() -> Column:
    return Column("source", gettext("出どころ"), value=lambda fact: SOURCES[fact.source])
