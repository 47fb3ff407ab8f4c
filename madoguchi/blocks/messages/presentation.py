"""Notices in the reader's words: badges, tables and tabs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.messages.deadlines import stage_on
from madoguchi.blocks.messages.models import Draft, Notice
from madoguchi.blocks.messages.types import NoticeProgress, OfficeProgress, RecipientLine, Stage, Urgency
from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.components.tabs import Tab
from madoguchi.ui.formats import date_text

Badge = tuple[object, str]


def tabs_for(*, current: str, may_send: bool, waiting: int) -> list[Tab]:
    """Give the views of the notices that are open to the viewer."""
    here = reverse("messages:list")
    found = [
        Tab(gettext("確認していないもの"), here, current == "waiting", waiting),
        Tab(gettext("届いたものすべて"), f"{here}?show=all", current == "all"),
    ]
    if may_send:
        found.append(Tab(gettext("送ったもの"), reverse("messages:sent"), current == "sent"))
    return found


def state_badge(notice: Any) -> Badge:
    """Say where a received notice stands for the reader; the notice carries the marks of ``notices_for``."""
    if notice.withdrawn:
        return gettext("取消し"), "neutral"
    if notice.replaced_by:
        return gettext("訂正あり"), "neutral"
    if notice.waits:
        return (gettext("未確認"), "strong") if notice.needs_acknowledgement else (gettext("未読"), "strong")
    return (
        (gettext("確認済み"), "success") if notice.needs_acknowledgement else (gettext("読んだ"), "success")
    )


def deadline_shown(notice: Any, *, on: date, pressing: bool) -> SafeString:
    """Write a deadline, and say in words when it is near or over while the notice still waits."""
    if notice.deadline_on is None:
        return format_html("{}", gettext("期限なし"))
    stage = stage_on(notice.deadline_on, on) if pressing else None
    if stage is None:
        return format_html("{}", date_text(notice.deadline_on))
    kind = "error" if stage is Stage.OVERDUE else "warning"
    return format_html("{} {}", date_text(notice.deadline_on), badge(stage.label, kind))


def title_shown(notice: Any) -> SafeString:
    """Write the title as a link, with 至急 in front where it presses."""
    link = format_html('<a href="{}">{}</a>', reverse("messages:notice", args=[notice.key]), notice.title)
    if notice.urgency != Urgency.URGENT:
        return link
    return format_html("{} {}", badge(Urgency.URGENT.label, "error"), link)


def received_table(rows: Iterable[Any], *, on: date, waiting: bool) -> Table:
    """List received notices."""
    empty = (
        gettext("確認していないお知らせはありません") if waiting else gettext("届いたお知らせはありません")
    )
    return Table(
        [
            Column("title", gettext("件名"), "html", head=True, value=title_shown),
            Column("state", gettext("状態"), "badge", value=state_badge),
            Column("deadline", gettext("期限"), "html",
                   value=lambda notice: deadline_shown(notice, on=on, pressing=notice.waits)),
            Column("sender_office", gettext("差出人")),
            Column("sent_on", gettext("送った日"), "date"),
        ],
        rows, caption=gettext("届いたお知らせ"), caption_hidden=True, key="received", empty_title=empty,
    )  # fmt: skip


def sent_badge(notice: Any) -> Badge:
    """Say where a sent notice stands for its sender."""
    if notice.withdrawn:
        return gettext("取消し"), "neutral"
    if notice.replaced_by:
        return gettext("訂正あり"), "neutral"
    if notice.done >= notice.total:
        return gettext("全員済み"), "success"
    return gettext("確認中"), "info"


def sent_table(rows: Iterable[Any], *, on: date) -> Table:
    """List sent notices with how far their recipients have come."""
    return Table(
        [
            Column("title", gettext("件名"), head=True, link=lambda row: reverse("messages:progress", args=[row.key])),
            Column("state", gettext("状態"), "badge", value=sent_badge),
            Column("done", gettext("済んだ人"),
                   value=lambda row: gettext("%(total)s人中 %(done)s人") % {"total": row.total, "done": row.done}),
            Column("deadline", gettext("期限"), "html",
                   value=lambda row: deadline_shown(
                       row, on=on, pressing=row.done < row.total and not row.withdrawn and not row.replaced_by)),
            Column("sent_on", gettext("送った日"), "date"),
        ],
        rows, caption=gettext("送ったお知らせ"), key="sent", empty_title=gettext("送ったお知らせはありません"),
    )  # fmt: skip


def draft_table(rows: Iterable[Draft]) -> Table:
    """List drafts."""
    return Table(
        [
            Column("title", gettext("件名"), head=True, link=lambda row: reverse("messages:draft", args=[row.key]),
                   value=lambda row: row.content().title or gettext("（件名なし）")),
            Column("kind", gettext("種類"), value=lambda row: gettext("訂正") if row.corrects_id else gettext("新規")),
            Column("author_name", gettext("書いた人")),
            Column("changed_at", gettext("変えた日時"), "moment"),
        ],
        rows, caption=gettext("書きかけの下書き"), key="drafts",
    )  # fmt: skip


def progress_table(progress: NoticeProgress, *, notice: Notice, path: str) -> Table:
    """Show how far the recipients of each office have come."""

    def row(office: OfficeProgress) -> dict[str, object]:
        return {
            "office": office.office, "total": office.total, "read": office.read,
            "acknowledged": office.acknowledged, "open": office.open,
            "url": f"{path}?office={office.office_id}#people",
        }  # fmt: skip

    columns = [
        Column("office", gettext("組織"), head=True, link="url"),
        Column("total", gettext("あて先"), "number"),
        Column("read", gettext("読んだ人"), "number"),
        *([Column("acknowledged", gettext("確認した人"), "number")] if notice.needs_acknowledgement else []),
        Column("open", gettext("まだの人"), "number"),
    ]
    return Table(
        columns,
        [row(office) for office in progress.offices],
        caption=gettext("組織ごとの状況"),
        key="offices",
    )


def people_table(lines: Iterable[RecipientLine], *, notice: Notice, caption: str) -> Table:
    """Show the recipients one by one."""

    def remark(line: RecipientLine) -> str:
        parts = [gettext("着任後")] if line.joined else []
        if line.reminded:
            parts.append(gettext("督促済み（%(stage)s）") % {"stage": Stage(line.reminded).label})
        return " ".join(parts)

    columns = [
        Column("name", gettext("氏名"), head=True),
        Column("office", gettext("組織")),
        Column("post", gettext("職")),
        Column("read_at", gettext("読んだ日時"), "moment"),
        *(
            [Column("acknowledged_at", gettext("確認した日時"), "moment")]
            if notice.needs_acknowledgement
            else []
        ),
        Column("remark", gettext("備考"), value=remark),
    ]
    return Table(columns, lines, caption=caption, key="people", empty_title=gettext("当てはまる人はいません"))


def facts(notice: Notice, *, on: date, pressing: bool) -> list[tuple[object, object]]:
    """Give what stands above a notice's text."""
    sender = " ".join(part for part in (notice.sender_office, notice.sender_post, notice.sender_name) if part)
    asks = (
        gettext("内容を確認して「確認しました」を押してください。")
        if notice.needs_acknowledgement
        else gettext("読んでください。")
    )
    rows: list[tuple[object, object]] = [
        (gettext("差出人"), sender),
        (gettext("送った日"), date_text(notice.sent_on)),
        (gettext("期限"), deadline_shown(notice, on=on, pressing=pressing)),
        (gettext("お願い"), asks),
    ]
    about = notice.about()
    if about is not None:
        title = about.title or about.key
        shown = format_html('<a href="{}">{}</a>', about.page, title) if about.page.startswith("/") else title
        rows.append((gettext("関係するもの"), shown))
    return rows
