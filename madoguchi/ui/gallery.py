"""The samples of the gallery: every component with its states. The tests render each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.ui.components.chart import BarChart, GradeBar, LineChart, Series
from madoguchi.ui.components.icon import NAMES as ICONS
from madoguchi.ui.components.pagination import Pager
from madoguchi.ui.components.summary import SummaryRow
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.components.tabs import Tab
from madoguchi.ui.components.timeline import Bar, Milestone, Slot, Timeline, TimelineRow
from madoguchi.ui.forms import (
    DecimalNumberField,
    HouseFileInput,
    HouseForm,
    LongTextField,
    NumberField,
    WarekiDateField,
    YenField,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One component: ``ui/gallery/<key>.html`` shows it with the values that ``values`` makes."""

    key: str
    title: Any
    values: Callable[[], dict[str, Any]] = dict

    @property
    def template_name(self) -> str:
        """The template that shows it."""
        return f"ui/gallery/{self.key}.html"


class SampleForm(HouseForm):
    """Every kind of field."""

    name = forms.CharField(
        label=_("氏名"),
        max_length=50,
        widget=forms.TextInput({"autocomplete": "name"}),
        help_text=_("例：山田 花子"),
    )
    email = forms.EmailField(
        label=_("メールアドレス"), required=False, widget=forms.EmailInput({"autocomplete": "email"})
    )
    district = forms.ChoiceField(
        label=_("お住まいの地区"),
        choices=[("", _("選んでください")), ("east", _("東地区")), ("west", _("西地区"))],
    )
    way = forms.ChoiceField(
        label=_("受け取り方"),
        widget=forms.RadioSelect,
        choices=[("counter", _("窓口で受け取る")), ("post", _("郵送で受け取る"))],
        help_text=_("郵送は3日ほどかかります。"),
    )
    topics = forms.MultipleChoiceField(
        label=_("知らせてほしいこと"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("waste", _("ごみの収集日")), ("child", _("子育て")), ("storm", _("防災"))],
    )
    born_on = WarekiDateField(
        label=_("生年月日"), latest=date(2026, 4, 1), widget=WarekiDateField.widget({"autocomplete": "bday"})
    )
    members = NumberField(label=_("世帯の人数"), unit=_("人"), min_value=1)
    income = YenField(label=_("前年の収入"), required=False, help_text=_("およその額でかまいません。"))
    rate = DecimalNumberField(label=_("達成率"), unit="%", required=False)
    reason = LongTextField(label=_("申請の理由"), max_length=200)
    proof = forms.FileField(
        label=_("確認書類"),
        widget=HouseFileInput({"accept": ".pdf,.jpg,.png"}),
        help_text=_("PDFか写真、10MBまで"),
    )
    number = forms.CharField(label=_("受付番号"), disabled=True, required=False, initial="A7K-2M9")
    agree = forms.BooleanField(label=_("上の内容にまちがいありません"))


def _marks() -> dict[str, Any]:
    return {"japanese": "国民健康保険料の減免について", "english": "Certificate of residence"}


def _icons() -> dict[str, Any]:
    return {"names": ICONS}


def _fields() -> dict[str, Any]:
    initial = {"name": "山田 花子", "born_on": date(1946, 4, 1), "income": 1200000, "way": "counter"}
    return {"sample_form": SampleForm(initial=initial, prefix="a")}


def _fields_wrong() -> dict[str, Any]:
    sent = QueryDict(mutable=True)
    sent.update(
        {
            "b-born_on": "令和8年2月30日",
            "b-members": "約三人",
            "b-reason": gettext("引っ越したため"),
            "b-income": "９８，０００",
        }
    )
    files = {"b-proof": SimpleUploadedFile("shorui.pdf", b"%PDF-")}
    return {"wrong_form": SampleForm(sent, files, prefix="b")}


def _table() -> dict[str, Any]:
    states = {
        "new": (gettext("受付"), "info"),
        "late": (gettext("期限間近"), "warning"),
        "done": (gettext("決定"), "success"),
        "back": (gettext("差戻し"), "error"),
    }
    rows = [
        {
            "number": "A7K-2M9",
            "title": gettext("児童手当 認定請求"),
            "on": date(2026, 4, 3),
            "yen": 15000,
            "state": states["new"],
            "who": "山田 花子",
        },
        {
            "number": "B3P-8T1",
            "title": gettext("高額療養費 支給申請"),
            "on": date(2026, 4, 2),
            "yen": 1286400,
            "state": states["late"],
            "who": "鈴木 一郎",
        },
        {
            "number": "C9R-5W4",
            "title": gettext("住宅改修費 支給申請"),
            "on": date(2026, 3, 30),
            "yen": 180000,
            "state": states["done"],
            "who": "佐藤 次郎",
        },
        {
            "number": "D1X-7H6",
            "title": gettext("妊娠の届出"),
            "on": date(2026, 3, 28),
            "yen": None,
            "state": states["back"],
            "who": "高橋 三奈",
        },
    ]
    columns = [
        Column("number", gettext("受付番号"), link=lambda row: f"#case-{row['number']}", head=True),
        Column("title", gettext("手続")),
        Column("who", gettext("申請者")),
        Column("on", gettext("受付日"), kind="date", sortable=True),
        Column("yen", gettext("金額"), kind="yen", sortable=True),
        Column("state", gettext("状態"), kind="badge"),
    ]
    caption = gettext("受け付けた申請")
    return {
        "cases": Table(columns=columns, rows=rows, caption=caption, sort="-on", key="cases"),
        "wide": Table(
            columns=columns, rows=rows[:2], caption=gettext("横に動かして見る表"), narrow="scroll", key="wide"
        ),
        "nothing": Table(
            columns=columns,
            rows=[],
            caption=caption,
            empty_title=gettext("該当する申請はありません"),
            empty_hint=gettext("条件を変えて、もう一度探してください。"),
        ),
    }


def _pagination() -> dict[str, Any]:
    return {
        "numbered": Paginator(range(1234), 50).page(4),
        "pager": Pager(previous_url="?after=a", next_url="?after=b", position=gettext("受付日の新しい順")),
    }


def _tabs() -> dict[str, Any]:
    return {
        "views": [
            Tab(gettext("自分の分"), "?view=mine", current=True, count=4),
            Tab(gettext("課の全部"), "?view=office", count=128),
            Tab(gettext("済んだもの"), "?view=done"),
        ],
        "sections": [Tab(gettext("概要"), "#tab-a"), Tab(gettext("必要なもの"), "#tab-b")],
    }


def _steps() -> dict[str, Any]:
    labels = [gettext("はじめに"), gettext("入力"), gettext("書類"), gettext("確認"), gettext("完了")]
    return {"step_labels": labels}


def _summary() -> dict[str, Any]:
    return {
        "answers": [
            SummaryRow(gettext("氏名"), "山田 花子", "#change-name"),
            SummaryRow(
                gettext("住所"), ["〒000-0000", "みなと市中央1-2-3", "みなとハイツ 405"], "#change-address"
            ),
            SummaryRow(gettext("電話番号"), "", "#change-phone"),
            SummaryRow(gettext("受付番号"), "A7K-2M9"),
        ]
    }


def _charts() -> dict[str, Any]:
    years = ["R3", "R4", "R5", "R6", "R7", "R8"]
    year = gettext("年度")
    target = Series(gettext("目標"), [1500, 1800, 2200, 2600, 3000, 3500])
    return {
        "bars": BarChart(
            gettext("オンライン申請の件数"),
            years,
            [Series(gettext("実績"), [1409, 1722, 2350, 2481, 3320, None])],
            target=target,
            unit=gettext("件"),
            label_name=year,
            key="bars",
        ),
        "grouped": BarChart(
            gettext("窓口と電話の件数"),
            years[2:],
            [
                Series(gettext("窓口"), [4200, 3900, 3500, 3100]),
                Series(gettext("電話"), [2100, 2300, 2150, 1980]),
                Series(gettext("オンライン"), [900, 1400, 2100, 2900]),
            ],
            unit=gettext("件"),
            label_name=year,
            key="grouped",
        ),
        "line": LineChart(
            gettext("申請のうちオンラインの割合"),
            years,
            [Series(gettext("実績"), [12, 18, 27, 31, 44, None])],
            target=Series(gettext("目標"), [10, 20, 30, 40, 50, 60]),
            unit="%",
            label_name=year,
            key="line",
        ),
        "lines": LineChart(
            gettext("年代ごとの利用"),
            years,
            [
                Series(gettext("40歳未満"), [38, 45, 52, 60, 66, 71]),
                Series(gettext("40〜69歳"), [22, 27, 33, 41, 49, 55]),
                Series(gettext("70歳以上"), [4, 6, 9, 14, 19, 26]),
            ],
            unit="%",
            label_name=year,
            key="lines",
        ),
        "across": BarChart(
            gettext("部署ごとの処理件数"),
            [gettext("市民課"), gettext("子育て支援課"), gettext("介護保険課"), gettext("デジタル推進室")],
            [Series(gettext("件数"), [1204, 968, 511, None])],
            target=Series(gettext("目標"), [1000, 1000, 600, 100]),
            unit=gettext("件"),
            label_name=gettext("部署"),
            across=True,
            key="across",
        ),
        "grades": GradeBar(
            gettext("取組の評価"),
            [("A", 12), ("B", 9), ("C", 4), ("D", 1)],
            unit=gettext("件"),
            label_name=gettext("評価"),
            key="grades",
        ),
        "no_values": LineChart(
            gettext("まだ始まっていない取組"), years, [Series(gettext("実績"), [None] * 6)], key="none"
        ),
    }


def _timeline() -> dict[str, Any]:
    slots = [
        Slot("R4", date(2022, 4, 1), date(2023, 3, 31)),
        Slot("R5", date(2023, 4, 1), date(2024, 3, 31)),
        Slot("R6", date(2024, 4, 1), date(2025, 3, 31)),
        Slot(gettext("R7（期間の外）"), date(2025, 4, 1), date(2026, 3, 31), outside=True),
    ]
    study = Bar(gettext("検討"), date(2022, 4, 1), date(2023, 9, 30), gettext("R4年4月からR5年9月まで"))
    trial = Bar(gettext("試行"), date(2023, 4, 1), date(2024, 3, 31), gettext("R5の1年間"), tone=2)
    use = Bar(gettext("全課で運用"), date(2024, 4, 1), date(2026, 3, 31), gettext("R6からR7まで"), tone=3)
    open_end = Bar(gettext("研修"), date(2022, 4, 1), None, gettext("R4から。終わりは分かりません"))
    opening = Milestone(gettext("新庁舎の開庁"), date(2024, 7, 1), gettext("R6年7月1日"))
    rows = [
        TimelineRow(gettext("電子決裁"), [(gettext("本庁"), [study, trial, use])], [opening]),
        TimelineRow(gettext("職員の育成"), [("", [open_end])]),
    ]
    name = gettext("取組")
    return {
        "drawn": Timeline(gettext("進め方"), slots, rows, row_name=name, key="drawn"),
        "in_words": Timeline(gettext("期間の分からない取組"), slots, rows[1:], row_name=name, key="in-words"),
    }


SAMPLES: tuple[Sample, ...] = (
    Sample("button", _("ボタン")),
    Sample("notice", _("お知らせの枠")),
    Sample("badge", _("状態の札と言語の印"), _marks),
    Sample("fields", _("入力欄"), _fields),
    Sample("errors", _("エラーのある入力欄"), _fields_wrong),
    Sample("steps", _("手順の表示"), _steps),
    Sample("summary", _("確認の一覧"), _summary),
    Sample("table", _("表"), _table),
    Sample("pagination", _("ページ送り"), _pagination),
    Sample("tabs", _("切り替え"), _tabs),
    Sample("stat", _("数字の枠")),
    Sample("chart", _("グラフ"), _charts),
    Sample("timeline", _("期間の帯"), _timeline),
    Sample("dialog", _("確かめる小窓")),
    Sample("timeout", _("時間切れの予告")),
    Sample("empty", _("何もないとき")),
    Sample("icon", _("絵記号"), _icons),
)
