"""``madoguchi plan diff OLD NEW``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from madoguchi.blocks.measures.cli import Call, edition_called
from madoguchi.blocks.measures.diff import editions_diff
from madoguchi.blocks.measures.diff_types import Diff, Joined, Link, OfficeChange, TargetChange, value_text
from madoguchi.blocks.measures.document import plan_of

NAME, HELP = "diff", "二つの版の違い"
HOW = {
    "same": "そのまま", "renamed": "名称変更", "renumbered": "番号変更", "merged": "統合", "split": "分割", "moved": "移動",
}  # fmt: skip
KINDS = {"changed": "変更", "added": "指標の追加", "dropped": "指標の廃止"}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("old", help="前の版のキー")
    parser.add_argument("new", help="後の版のキー")
    parser.add_argument("--json", action="store_true", dest="as_json", help="JSON だけを出します")


def run(call: Call) -> str:
    old, new = (plan_of(edition_called(call.options[name])) for name in ("old", "new"))
    if old.replaces == new.key:
        call.say(f"{old.key} は {new.key} の次の版です。前の版を先に書くと、版のつながりどおりに比べます。")
    found = editions_diff(old, new)
    if call.options["as_json"]:
        return json.dumps(diff_data(found), ensure_ascii=False, indent=2)
    return "\n".join(_words(found))


def diff_data(found: Diff) -> dict[str, Any]:
    """Give a comparison in the shape that other programs read; item numbers are strings."""
    return {
        "from": found.old.key,
        "to": found.new.key,
        "declared": found.declared,
        "new": [place.no for place in found.added],
        "ended": [one.item.no for one in found.ended],
        "ended_reasons": {one.item.no: one.reason for one in found.ended if one.reason},
        "continued": [_link(link) for link in found.continued],
        "renamed": [_link(link) | {"old_title": link.old.title} for link in found.renamed],
        "renumbered": [_link(link) for link in found.renumbered],
        "moved": [
            _link(link) | {"old_pillar": link.old.pillar_no, "pillar": link.new.pillar_no} for link in found.moved
        ],
        "merged": [
            {"from": [place.no for place in one.many], "to": one.one.no} | _joined(one) for one in found.merged
        ],
        "split": [
            {"from": one.one.no, "to": [place.no for place in one.many]} | _joined(one) for one in found.split
        ],
        "reappears_as_new": [_link(link) for link in found.reappears_as_new],
        "targets_changed": [_target(change) for change in found.targets_changed],
        "offices_changed": [_office(change) for change in found.offices_changed],
    }  # fmt: skip


def _link(link: Link) -> dict[str, Any]:
    return {
        "from": link.old.no, "to": link.new.no, "how": link.how, "title": link.new.title, "reason": link.reason,
        "proposed": link.proposed,
    }  # fmt: skip


def _joined(one: Joined) -> dict[str, Any]:
    return {"title": one.one.title, "reason": "。".join(one.reasons)}


def _target(change: TargetChange) -> dict[str, Any]:
    return {
        "from": change.link.old.no, "to": change.link.new.no, "indicator": change.name, "unit": change.unit,
        "change": change.kind, "lost": change.lost, "reason": change.link.reason,
        "years": {str(year): [value_text(was), value_text(now)] for year, was, now in change.years},
    }  # fmt: skip


def _office(change: OfficeChange) -> dict[str, Any]:
    return {
        "from": change.link.old.no, "to": change.link.new.no, "title": change.link.new.title,
        "old": [*change.old], "new": [*change.new], "reason": change.link.reason,
    }  # fmt: skip


def _words(found: Diff) -> Iterator[str]:
    yield f"{found.old.title}（{found.old.key}） → {found.new.title}（{found.new.key}）"
    if not found.declared:
        yield "対応は、番号と名称から推定したものです。"
    yield from _part("新しい項目", [f"{place.no} {place.title}" for place in found.added])
    yield from _part(
        "終わった項目", [f"{one.item.no} {one.item.title}{_reason(one.reason)}" for one in found.ended]
    )
    yield from _part(
        "続く項目",
        [
            f"{link.old.no} → {link.new.no} {_titles(link)}（{HOW[link.how]}"
            f"{'、推定' if link.proposed and found.declared else ''}）{_reason(link.reason)}"
            for link in found.continued
        ],
    )
    yield from _part(
        "方針を移った項目",
        [
            f"{link.new.no} {link.new.title}: {link.old.pillar_no} {link.old.pillar} → {link.new.pillar_no} {link.new.pillar}"
            for link in found.moved
        ],
    )
    yield from _part(
        "統合された項目",
        [f"{'、'.join(p.no for p in one.many)} → {one.one.no} {one.one.title}" for one in found.merged],
    )
    yield from _part(
        "分かれた項目",
        [f"{one.one.no} {one.one.title} → {'、'.join(p.no for p in one.many)}" for one in found.split],
    )
    yield from _part(
        "続いているのに【新規】と印刷された項目",
        [f"{link.old.no} → {link.new.no} {link.new.title}" for link in found.reappears_as_new],
    )
    yield from _part("目標が変わった指標", [_target_words(change) for change in found.targets_changed])
    yield from _part(
        "担当が変わった項目",
        [
            f"{change.link.new.no} {change.link.new.title}: {'、'.join(change.old)} → {'、'.join(change.new)}"
            for change in found.offices_changed
        ],
    )


def _part(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"\n{title}（{len(lines)}件）"
        yield from (f"  {line}" for line in lines)


def _titles(link: Link) -> str:
    return f"{link.old.title} → {link.new.title}" if link.renamed else link.new.title


def _reason(reason: str) -> str:
    return f" 理由: {reason}" if reason else ""


def _target_words(change: TargetChange) -> str:
    years = "、".join(
        f"{year}年度 {value_text(was) or 'なし'} → {value_text(now) or 'なし'}"
        for year, was, now in change.years
    )
    unit = f"（{change.unit}）" if change.unit else ""
    lost = {"old": "前の版の目標は原典で読めません", "new": "新しい版の目標は原典で読めません"}.get(
        change.lost, ""
    )
    return f"{change.link.new.no} {change.name}{unit} {KINDS[change.kind]}: {'。'.join(part for part in (years, lost) if part)}"
