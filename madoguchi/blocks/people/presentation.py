"""Organisation, persons and differences in the words and tables of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from madoguchi.blocks.people.excel.layout import sheet_title
from madoguchi.blocks.people.excel.problems import Problem
from madoguchi.blocks.people.models import Deputy, Holding, Post, RoleGrant
from madoguchi.blocks.people.organisation import Organisation, OrganisationDay
from madoguchi.blocks.people.rows import LINE, SHEETS, Change, Column, Rows, identity_of, row_clean
from madoguchi.ui.components import table as ui
from madoguchi.ui.components.badge import badge
from madoguchi.ui.formats import date_text

KIND_TONES = {"added": "success", "changed": "info", "removed": "warning"}


def period_text(starts_on: date, ends_on: date | None) -> str:
    """Write a period with its last day, as people say it."""
    first = date_text(starts_on)
    if ends_on is None:
        return gettext("%(first)sから") % {"first": first}
    last = date_text(ends_on - timedelta(days=1))
    return gettext("%(first)sから%(last)sまで") % {"first": first, "last": last}


def day_query(on: date, today: date) -> str:
    """Keep the day that is looked at in a link; today needs no word."""
    return "" if on == today else "?" + urlencode({"on": on.isoformat()})


def office_url(key: str, query: str = "") -> str:
    """Give an office's page."""
    return reverse("people:office", args=[key]) + query


def post_url(key: str, query: str = "") -> str:
    """Give a post's page."""
    return reverse("people:post", args=[key]) + query


def person_url(key: str) -> str:
    """Give a person's page."""
    return reverse("people:person", args=[key])


def tree_html(
    day: OrganisationDay, counts: Mapping[int, int], *, linked: frozenset[int] | None, query: str
) -> SafeString:
    """
    Draw the offices of a day as nested lists.

    :param linked: the offices whose pages the viewer may open; None means all.
    """

    def branch(parent: int | None) -> SafeString:
        children = [day.offices[one] for one in day.children.get(parent, ())]
        if not children:
            return mark_safe("")
        rows = []
        for office in children:
            name: Any = office.name
            if linked is None or office.id in linked:
                name = format_html('<a href="{}">{}</a>', office_url(office.key, query), office.name)
            level = badge(office.level) if office.level else ""
            rows.append((name, level, _people(counts.get(office.id, 0)), branch(office.id)))
        lines = format_html_join("", '<li>{} {} <span class="mg-muted">{}</span>{}</li>', rows)
        return format_html("<ul>{}</ul>", lines)

    return branch(None)


def _people(count: int) -> str:
    return gettext("%(count)d人") % {"count": count} if count else ""


def names_table(known: Organisation, office_id: int) -> ui.Table:
    """List the names of an office over time, the newest first."""
    rows = sorted(known.names.get(office_id, ()), key=lambda row: row.starts_on, reverse=True)
    return ui.Table(
        [ui.Column("name", gettext("名称"), head=True), _period_column()],
        rows, caption=gettext("名称の移り変わり"), key="names",
    )  # fmt: skip


def places_table(known: Organisation, office_id: int) -> ui.Table | None:
    """List under which offices an office stood over time, the newest first."""
    rows = sorted(known.places.get(office_id, ()), key=lambda row: row.starts_on, reverse=True)
    if not rows:
        return None
    parent = ui.Column(
        "parent", gettext("上位の組織"), head=True, value=lambda row: known.name(row.parent_id, row.starts_on)
    )
    return ui.Table([parent, _period_column()], rows, caption=gettext("位置の移り変わり"), key="places")


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post on a day and one who holds it; ``holding`` None where nobody does."""

    post: Post
    holding: Holding | None


def post_lines(posts: Iterable[Post], holdings: Iterable[Holding]) -> list[PostLine]:
    """Put posts and their holders of a day side by side."""
    by_post: dict[int, list[Holding]] = {}
    for holding in holdings:
        by_post.setdefault(holding.post_id, []).append(holding)
    return [PostLine(post, holding) for post in posts for holding in by_post.get(post.pk, [None])]


def posts_table(lines: Sequence[PostLine], query: str) -> ui.Table:
    """List the posts of an office with their holders."""

    def holder(line: PostLine) -> SafeString | str:
        if line.holding is None:
            return badge(gettext("空き"), "warning") if line.post.single else gettext("だれもいません")
        staff = line.holding.staff
        return format_html('<a href="{}">{}</a>', person_url(staff.key), staff.name)

    return ui.Table(
        [
            ui.Column("title", gettext("職"), head=True, value=lambda line: line.post.title,
                      link=lambda line: post_url(line.post.key, query)),
            ui.Column("holder", gettext("職員"), "html", value=lambda line: format_html("{}", holder(line))),
            ui.Column("kind", gettext("区分"),
                      value=lambda line: line.holding.get_kind_display() if line.holding else ""),
            ui.Column("since", gettext("期間"),
                      value=lambda line: period_text(line.holding.starts_on, line.holding.ends_on)
                      if line.holding else ""),
        ],
        list(lines), caption=gettext("職と職員"), caption_hidden=True, key="posts",
        empty_title=gettext("この日の職はありません"),
    )  # fmt: skip


def holders_table(
    holdings: Sequence[Holding], *, caption: str, key: str, ending: bool = False, hidden: bool = False
) -> ui.Table:
    """List who holds or held a post; ``ending`` adds the way to end a holding."""
    columns = [
        ui.Column("name", gettext("職員"), head=True, value=lambda held: held.staff.name,
                  link=lambda held: person_url(held.staff.key)),
        ui.Column("kind", gettext("区分"), value=lambda held: held.get_kind_display()),
        _period_column(),
    ]  # fmt: skip
    if ending:
        columns.append(_ending_column("people:holding_end", lambda held: held.staff.name))
    return ui.Table(
        columns,
        holdings,
        caption=caption,
        caption_hidden=hidden,
        key=key,
        empty_title=gettext("だれもいません"),
    )


def deputies_table(
    deputies: Sequence[Deputy], known: Organisation, on: date, *, ending: bool = False
) -> ui.Table:
    """List who decides while the holder is away, the first one first."""
    columns = [
        ui.Column("order", gettext("順位")),
        ui.Column("deputy", gettext("代決する職"), head=True,
                  value=lambda row: f"{known.name(row.deputy.office_id, on)} {row.deputy.title}",
                  link=lambda row: post_url(row.deputy.key)),
        _period_column(),
    ]  # fmt: skip
    if ending:
        columns.append(_ending_column("people:deputy_end", lambda row: row.deputy.title))
    return ui.Table(
        columns,
        deputies,
        caption=gettext("代決者"),
        key="deputies",
        empty_title=gettext("代決者は決まっていません"),
    )


def grants_table(grants: Sequence[RoleGrant], *, ending: bool = False) -> ui.Table:
    """List the roles that a post carries."""
    columns = [
        ui.Column("role", gettext("役割"), head=True),
        ui.Column("scope", gettext("範囲"), value=lambda row: row.get_scope_display()),
        ui.Column("upto", gettext("データの区分の上限"), value=lambda row: row.get_upto_display()),
        _period_column(),
    ]
    if ending:
        columns.append(_ending_column("people:grant_end", lambda row: row.role))
    return ui.Table(
        columns, grants, caption=gettext("この職の役割"), key="grants", empty_title=gettext("役割は付いていません"),
    )  # fmt: skip


def career_table(holdings: Sequence[Holding], known: Organisation) -> ui.Table:
    """List the posts that a person holds or held, the newest first."""
    return ui.Table(
        [
            ui.Column("office", gettext("組織"), value=lambda held: known.name(held.post.office_id, held.starts_on)),
            ui.Column("title", gettext("職"), head=True, value=lambda held: held.post.title,
                      link=lambda held: post_url(held.post.key)),
            ui.Column("kind", gettext("区分"), value=lambda held: held.get_kind_display()),
            _period_column(),
        ],
        holdings, caption=gettext("職の移り変わり"), key="career", empty_title=gettext("職についたことがありません"),
    )  # fmt: skip


def vacant_table(posts: Sequence[Post], day: OrganisationDay, query: str) -> ui.Table:
    """List the posts that nobody holds on a day."""

    def place(post: Post) -> str:
        office = day.offices.get(post.office_id)
        return " ".join(office.path) if office else ""

    return ui.Table(
        [
            ui.Column("office", gettext("組織"), value=place),
            ui.Column("title", gettext("職"), head=True, link=lambda post: post_url(post.key, query)),
        ],
        posts, caption=gettext("だれもいない職"), caption_hidden=True, key="vacant",
        empty_title=gettext("空いている職はありません"),
    )  # fmt: skip


def _period_column() -> ui.Column:
    return ui.Column("period", gettext("期間"), value=lambda row: period_text(row.starts_on, row.ends_on))


def _ending_column(url_name: str, whose: Any) -> ui.Column:
    def link(row: Any) -> SafeString:
        # What begins can be ended; what has ended has ended.
        if row.ends_on is not None:
            return mark_safe("")
        words = gettext("終える")
        hidden = format_html('<span class="mg-hidden">（{}）</span>', whose(row))
        return format_html('<a href="{}">{}{}</a>', reverse(url_name, args=[row.pk]), words, hidden)

    return ui.Column("end", gettext("変更"), "html", value=link)


# Differences


class Names:
    """What keys are called, so that a difference reads like a sentence and not like a table of codes."""

    def __init__(self, *sources: Rows) -> None:
        self._names: dict[tuple[str, str], str] = {}
        for rows in sources:
            for row in rows.get("staff", ()):
                self._names["staff", row["key"]] = row["name"]
            for row in sorted(rows.get("office_names", ()), key=lambda row: row["starts_on"]):
                self._names["offices", row["office"]] = row["name"]
        for rows in sources:
            for row in rows.get("posts", ()):
                office = self._names.get(("offices", row["office"]), row["office"])
                self._names["posts", row["key"]] = f"{office} {row['title']}"

    def of(self, sheet: str, key: str) -> str:
        """Give a name with its key behind."""
        name = self._names.get((sheet, key))
        return f"{name}（{key}）" if name else key


def value_text(sheet: str, column: Column, value: Any, names: Names) -> str:
    """Write one value of a row for people."""
    if value in (None, ""):
        return gettext("（空欄）")
    if isinstance(value, bool):
        return "○" if value else "×"
    if isinstance(value, date):
        return date_text(value)
    if column.to or column.name == "key":
        return names.of(column.to or sheet, value)
    if column.kind == "choice":
        field = SHEETS[sheet].model._meta.get_field(column.name)
        return str(dict(getattr(field, "choices", None) or ()).get(value, value))
    return str(value)


def difference_table(changes: Sequence[Change], names: Names) -> ui.Table:
    """List what applying would do: kind, sheet, which row, before and after."""
    words = {"added": gettext("追加"), "changed": gettext("変更"), "removed": gettext("取消")}

    def which(change: Change) -> str:
        sheet = SHEETS[change.sheet]
        columns = {column.name: column for column in sheet.columns}
        parts = zip(sheet.identity, change.identity, strict=True)
        return " ".join(value_text(change.sheet, columns[name], value, names) for name, value in parts)

    def what(change: Change) -> SafeString:
        sheet = SHEETS[change.sheet]
        lines: list[tuple[str, str]] = []
        for column in sheet.columns:
            if column.name in sheet.identity and change.what != "added":
                continue
            after = value_text(change.sheet, column, change.row[column.name], names)
            if change.what == "changed" and column.name in change.before:
                before = value_text(change.sheet, column, change.before[column.name], names)
                lines.append(
                    (
                        str(column.label),
                        gettext("%(before)s → %(after)s") % {"before": before, "after": after},
                    )
                )
            elif change.what != "changed" and change.row[column.name] not in (None, ""):
                lines.append((str(column.label), after))
        return format_html_join("", "<div>{}: {}</div>", lines)

    return ui.Table(
        [
            ui.Column("what", gettext("種類"), "badge", value=lambda c: (words[c.what], KIND_TONES[c.what])),
            ui.Column("sheet", gettext("シート"), value=lambda c: SHEETS[c.sheet].label),
            ui.Column("which", gettext("どの行"), head=True, value=which),
            ui.Column("detail", gettext("内容"), "html", value=what),
        ],
        changes, caption=gettext("変わること"), caption_hidden=True, key="difference",
        empty_title=gettext("違いがありません"),
    )  # fmt: skip


def problems_table(problems: Sequence[Problem]) -> ui.Table:
    """List what is wrong with a workbook, by sheet and cell."""
    return ui.Table(
        [
            ui.Column("where", gettext("場所"), head=True, value=lambda problem: problem.where or gettext("ファイル全体")),
            ui.Column("text", gettext("直すこと")),
        ],
        problems, caption=gettext("直すところ"), key="problems",
    )  # fmt: skip


def refused_place(sheet: str, identity: tuple[Any, ...], rows: Rows) -> str:
    """Say which row a refusal is about: the sheet, and the line of the workbook where it is known."""
    for row in rows.get(sheet, ()):
        if LINE in row and identity_of(SHEETS[sheet], row_clean(SHEETS[sheet], row)) == identity:
            return gettext("シート「%(sheet)s」 %(line)d行目") % {
                "sheet": sheet_title(sheet),
                "line": row[LINE],
            }
    shown = " ".join(date_text(part) if isinstance(part, date) else str(part) for part in identity)
    return gettext("シート「%(sheet)s」 %(row)s") % {"sheet": sheet_title(sheet), "row": shown}
