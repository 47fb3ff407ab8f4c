"""Areas and addresses in the words and tables of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from madoguchi.blocks.places.areas import Areas, AreasDay
from madoguchi.blocks.places.models import Area, AreaSuccession
from madoguchi.blocks.places.queries import area_kind_label
from madoguchi.blocks.places.types import AddressMatch, AreaOnDay, Within
from madoguchi.kit.addresses import Level, ParsedAddress, Quality, postal_code_format
from madoguchi.ui.components import table as ui
from madoguchi.ui.components.badge import badge
from madoguchi.ui.formats import date_text


def area_url(key: str, query: str = "") -> str:
    """Give an area's page."""
    return reverse("places:area", args=[key]) + query


def kind_label(kind: str) -> str:
    """Give what a kind is called in the reader's language."""
    return area_kind_label(kind=kind, language=get_language() or "ja")


def period_text(starts_on: date, ends_on: date | None) -> str:
    """Write a period with its last day, as people say it."""
    first = date_text(starts_on)
    if ends_on is None:
        return gettext("%(first)sから") % {"first": first}
    last = date_text(ends_on - timedelta(days=1))
    return gettext("%(first)sから%(last)sまで") % {"first": first, "last": last}


def areas_table(areas: Sequence[AreaOnDay], day: AreasDay, query: str) -> ui.Table:
    """List areas."""

    def outer(area: AreaOnDay) -> str:
        found = (day.areas.get(within.area_key) for within in area.within)
        names = [one.name for one in found if one is not None and one.kind not in ("prefecture", "city")]
        return "、".join(dict.fromkeys(names))

    return ui.Table(
        [
            ui.Column("name", gettext("名称"), head=True, link=lambda area: area_url(area.key, query)),
            ui.Column("kana", gettext("フリガナ")),
            ui.Column("kind", gettext("種類"), value=lambda area: kind_label(area.kind)),
            ui.Column("code", gettext("公式の番号")),
            ui.Column("postal_code", gettext("郵便番号"), value=lambda area: postal_code_format(area.postal_code)),
            ui.Column("within", gettext("属する区域"), value=outer),
        ],
        areas, caption=gettext("区域"), caption_hidden=True, key="areas",
        empty_title=gettext("この日の区域は見つかりません"),
        empty_hint=gettext("ほかの日か、ほかの言葉で探してください。"),
    )  # fmt: skip


def area_facts(area: Area, there: AreaOnDay | None) -> list[tuple[str, Any]]:
    """Give the facts of an area."""
    return [
        (gettext("種類"), kind_label(area.kind)),
        (gettext("フリガナ"), (there.kana if there else "") or "–"),
        (gettext("区域キー"), area.key),
        (gettext("公式の番号"), area.code or "–"),
        (gettext("郵便番号"), postal_code_format(area.postal_code) or "–"),
        (gettext("番号の付け方"), area.get_numbering_display() or "–"),
        (gettext("期間"), period_text(area.starts_on, area.ends_on)),
    ]


def within_table(area: AreaOnDay, day: AreasDay, query: str) -> ui.Table:
    """List the areas in which an area lies, whole or in part."""
    rows = [within for within in area.within if within.area_key in day.areas]

    def blocks(within: Within) -> str:
        if within.first_block is None or within.last_block is None:
            return gettext("全部")
        return gettext("%(first)d番から%(last)d番まで") % {
            "first": within.first_block,
            "last": within.last_block,
        }

    return ui.Table(
        [
            ui.Column("kind", gettext("種類"), value=lambda row: kind_label(row.kind)),
            ui.Column("name", gettext("名称"), head=True, value=lambda row: day.areas[row.area_key].name,
                      link=lambda row: area_url(row.area_key, query)),
            ui.Column("blocks", gettext("街区・地番"), value=blocks),
        ],
        rows, caption=gettext("属する区域"), caption_hidden=True, key="within",
        empty_title=gettext("どの区域にも属していません"),
    )  # fmt: skip


def names_table(known: Areas, area_id: int) -> ui.Table:
    """List the names of an area over time, the newest first."""
    rows = sorted(known.names.get(area_id, ()), key=lambda row: row.starts_on, reverse=True)
    return ui.Table(
        [
            ui.Column("name", gettext("名称"), head=True),
            ui.Column("kana", gettext("フリガナ")),
            ui.Column("period", gettext("期間"), value=lambda row: period_text(row.starts_on, row.ends_on)),
        ],
        rows, caption=gettext("名称の移り変わり"), key="names",
    )  # fmt: skip


def succession(known: Areas, area_id: int, *, forward: bool) -> list[dict[str, Any]]:
    """Give the areas before or after an area, each with the day, the reason and its page on that side of it."""
    found = []
    for row in known.successions:
        own, other = (
            (row.predecessor_id, row.successor_id) if forward else (row.successor_id, row.predecessor_id)
        )
        if own == area_id:
            day = row.on if forward else row.on - timedelta(days=1)
            reason = str(AreaSuccession.Reason(row.reason).label) if row.reason else ""
            url = area_url(known.areas[other].key, f"?on={day.isoformat()}")
            found.append({"name": known.name(other, day), "on": row.on, "reason": reason, "url": url})
    return found


def level_words(level: Level) -> str:
    """Say how far an address was understood."""
    return {
        Level.NONE: gettext("読み取れませんでした"),
        Level.PREFECTURE: gettext("都道府県まで"),
        Level.CITY: gettext("市区町村まで"),
        Level.TOWN: gettext("町字まで"),
        Level.BLOCK: gettext("街区・地番まで"),
        Level.HOUSE: gettext("住居番号・枝番まで"),
        Level.BUILDING: gettext("建物・部屋まで"),
    }[level]


def quality_badge(quality: Quality) -> SafeString:
    """Say how sure the parts are."""
    words = {
        Quality.EXACT: (gettext("公式の書き方と同じ"), "success"),
        Quality.FOLDED: (gettext("書き方は違うが同じ場所"), "info"),
        Quality.GUESSED: (gettext("推定（台帳にない部分がある）"), "warning"),
        Quality.NONE: (gettext("不明"), "error"),
    }
    return badge(*words[quality])


def parts_of(parsed: ParsedAddress) -> list[tuple[str, Any]]:
    """Give the parts of an address that are there."""
    parts = [
        (gettext("郵便番号"), postal_code_format(parsed.postal_code)),
        (gettext("都道府県"), parsed.prefecture),
        (gettext("市区町村"), parsed.city),
        (gettext("町字"), parsed.town),
        (gettext("街区・地番"), parsed.block),
        (gettext("住居番号・枝番"), parsed.house),
        (gettext("建物・部屋"), parsed.building),
    ]
    return [(label, value) for label, value in parts if value]


def doubts_of(parsed: ParsedAddress) -> list[str]:
    """Say what somebody should look at."""
    words = {
        "not_understood": gettext("読み取れなかったところ：%(text)s"),
        "city_unknown": gettext("この市区町村は登録されていません：%(text)s"),
        "town_unknown": gettext("この町字は登録されていません：%(text)s"),
        "chome_unknown": gettext("この町に%(text)s丁目はありません。"),
        "chome_missing": gettext("丁目が書かれていません。"),
        "several_towns": gettext("同じ書き方になる町字が二つ以上あります：%(text)s"),
    }
    return [words[doubt.code] % {"text": doubt.text} for doubt in parsed.doubts]


def districts_table(match: AddressMatch, query: str) -> ui.Table:
    """List everything in which an address lies, its town first."""
    rows = [*([match.area] if match.area else []), *match.districts]
    return ui.Table(
        [
            ui.Column("kind", gettext("種類"), value=lambda area: kind_label(area.kind)),
            ui.Column("name", gettext("名称"), head=True, link=lambda area: area_url(area.key, query)),
        ],
        rows, caption=gettext("この住所の区域"), key="districts",
        empty_title=gettext("登録された区域の外です"),
    )  # fmt: skip
