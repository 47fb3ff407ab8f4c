"""
The sheets of our template: headings, what each column takes, and the examples in it.

Headings are part of the format: a workbook that was saved years ago is still read. They stand in Japanese.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PLAN, ITEMS, PARTS, INDICATORS, WORDS, GRADES = (
    "計画", "方針・項目", "内訳と工程", "指標と目標", "段階の言葉", "評価の段階",
)  # fmt: skip
TEXTS, PARENTS, FINDINGS, TAGS, TABLES, NOTES, SOURCE_NOTES, LINKS, RESULTS, TOTALS = (
    "計画の文", "関わる計画", "課題", "印の表", "調査の表", "注と用語", "原典との違い", "前の版とのつながり",
    "年度の結果", "公表した集計",
)  # fmt: skip
GUIDE = "使い方"
ROW_MARK = "行の印"
HELP_ROW, EXAMPLE_ROW = "説明", "例"
SECTION_HEAD, TAG_HEAD, TARGET_HEAD, ACTUAL_HEAD = "文：", "印：", "目標", "実績"
ROWS_READY = 1000

KINDS = {"new": "策定", "revised": "改定", "rolling": "毎年度の見直し"}
ROW_KINDS = {"pillar": "方針", "item": "項目"}
MARKS = {"new": "新規", "continued": "継続", "completed": "完了"}
STATES = {
    "as_printed": "原典どおり", "corrected": "訂正した", "lost": "原典で失われている", "not_in_source": "原典にない",
}  # fmt: skip
DIRECTIONS = {"up": "大きいほどよい", "down": "小さいほどよい"}
INDICATOR_KINDS = {"stock": "現在数", "flow": "年間の数", "cumulative": "累計", "rate": "割合"}
WORD_KINDS = {"level": "階層", "section": "文の欄", "phase": "段階"}
TEXT_KINDS = {"declaration": "宣言", "text": "文"}
NOTE_KINDS = {"footnote": "脚注", "term": "用語", "note": "注"}
LINKS_HOW = {
    "same": "同じ", "renamed": "名称を変えた", "renumbered": "番号を変えた", "merged": "まとめた",
    "split": "分けた", "moved": "移した", "ended": "終わった",
}  # fmt: skip
YES = "○"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our field, its heading, how it is filled in, and an example."""

    key: str
    heading: str
    help: str = ""
    example: str = ""
    width: int = 14
    choices: Mapping[str, str] | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its columns, and what it holds in a sentence."""

    title: str
    about: str
    columns: tuple[Column, ...]


PLAN_ROWS = (
    Column(
        "key", "計画キー", "半角の英数字と「-」だけ。一度決めたら変えません。", "example-2026", required=True
    ),
    Column("city", "市", "市の名前。", "例示市", required=True),
    Column("title", "計画の名称", "正式な名称。", "例示市DX推進計画", required=True),
    Column("kind", "版の種類", "策定・改定・毎年度の見直し。空欄は策定。", "策定", choices=KINDS),
    Column("first_year", "最初の年度", "令和8年度、R8、2026のどれでも。", "令和8年度", required=True),
    Column("last_year", "最後の年度", "最初の年度と同じ書き方。", "令和12年度", required=True),
    Column("ends_early", "次の版により終わった年度", "途中で次の版に替わったときだけ。"),
    Column(
        "issued", "公表された時期", "公表済みの計画だけ（2026-03など）。書くと、取り込みと同時に公開します。"
    ),
    Column("source", "出典", "もとにした資料の名前。"),
    Column("replaces", "前の版の計画キー", "この版が置き換える計画のキー。"),
)

SHEETS: dict[str, Sheet] = {
    sheet.title: sheet
    for sheet in (
        Sheet(ITEMS, "方針と取組項目を、印刷する順に1行ずつ。", (
            Column("kind", "種類", "方針か項目", "項目", 8, ROW_KINDS, required=True),
            Column("no", "番号", "文字として書きます（1-1が日付にならないように）", "1", 10, required=True),
            Column("above", "上の方針", "空欄なら、すぐ上の方針の項目になります", "1", 10),
            Column("title", "名称", "名称だけ（番号や【新規】は書きません）", "オープンデータの推進", 34, required=True),
            Column("mark", "新規・継続", "新規・継続・完了か空欄", "継続", 10, MARKS),
            Column("offices", "担当部署", "二つ以上は改行か「、」で区切ります。係は「課＞係」、取りまとめは【取りまとめ】を後に", "情報推進課\n住宅課", 20),
            Column("outcome", "成果", "目指す成果があれば", "", 24),
            Column("no_indicator", "指標がない理由", "数値目標を置かないときだけ", "", 24),
            Column("reprints", "再掲する項目", "方針の行に、ここでもう一度載せる項目の番号", "", 12),
            Column("findings", "課題のキー", "シート「課題」のキー", "", 14),
        )),
        Sheet(PARTS, "項目の内訳（(1)など）と、工程の帯、節目。帯一本、節目一つが1行です。", (
            Column("item", "項目番号", "シート「方針・項目」の番号", "1", 10, required=True),
            Column("part", "内訳の番号", "空欄なら項目そのもの。内訳の内訳は「(2)/(a)」", "(1)", 12),
            Column("title", "内訳の名称", "その内訳の最初の行だけに", "研修の実施", 30),
            Column("offices", "担当部署", "項目と違うときだけ", "", 18),
            Column("word", "段階", "シート「段階の言葉」にある言葉", "実施", 10),
            Column("text", "帯の文", "帯の中や上に書く文", "", 24),
            Column("group", "帯のまとまり", "帯が重なるときの、まとまりの名", "", 14),
            Column("from", "始まり", "令和8年度か令和8年10月1日", "令和8年度", 16),
            Column("to", "終わり", "始まりと同じ書き方", "令和9年度", 16),
            Column("state", "期間の分かり方", "始まりか終わりが分からないときに選びます", "", 18, STATES),
            Column("milestone", "節目", "節目の行には帯を書きません", "", 24),
            Column("on", "節目の時期", "令和8年度か令和8年10月1日", "", 16),
        )),
        Sheet(INDICATORS, "指標一つが1行です。目標と実績は年度ごとの列に。", (
            Column("pillar", "方針の番号", "方針の指標のときだけ", "", 10),
            Column("item", "項目番号", "シート「方針・項目」の番号", "1", 10),
            Column("part", "内訳の番号", "内訳の指標のときだけ", "", 10),
            Column("no", "指標の番号", "指標に番号があれば", "", 10),
            Column("name", "指標", "名称だけ", "公開データセット数", 30, required=True),
            Column("unit", "単位", "件、人、%、件/週など", "件", 10),
            Column("decimals", "小数の桁", "空欄なら、書いた値に合わせます", "", 8),
            Column("direction", "向き", "空欄は大きいほどよい", "大きいほどよい", 16, DIRECTIONS),
            Column("kind", "種類", "現在数・年間の数・累計・割合", "現在数", 12, INDICATOR_KINDS, required=True),
            Column("base_year", "基準の年度", "基準値を書くときに", "令和7年度", 12),
            Column("base", "基準値", "数値か「—」などの言葉。書かなければ空欄", "83", 10),
            Column("declared", "計算する宣言", "記録から計算する指標だけ", "", 20),
            Column("indicator_key", "指標キー", "名前や番号を変えるとき、前の版と同じ指標だと示すキー", "", 16),
            Column("note", "注", "約、見込みなどの説明はここに", "", 30),
        )),
        Sheet(WORDS, "この計画の言葉。階層の名、文の欄、工程の段階。市の言葉に直せます。", (
            Column("kind", "種類", "階層・文の欄・段階", "段階", 10, WORD_KINDS, required=True),
            Column("word_key", "キー", "半角の英数字。一度決めたら変えません", "pilot", 16, required=True),
            Column("label", "言葉", "画面と表に出る言葉", "実証", 18, required=True),
            Column("meaning", "意味", "", "一部で試す段階", 40),
            Column("yearly", "毎年度書く", "文の欄だけ。年度ごとに書く欄なら○", "", 12),
        )),
        Sheet(GRADES, "自己評価の段階。良い順に。評価をしない計画では、行を全部消します。", (
            Column("grade", "評価", "S、A、Bなど", "S", 10, required=True),
            Column("meaning", "意味", "", "目標や計画を上回った", 44, required=True),
            Column("from_ratio", "提案の下限", "実績÷目標がこの値以上なら、この段階を提案します。空欄なら提案しません", "1.2", 14),
            Column("not_assessable", "評価できない", "「評価できない」を表す段階なら○", "", 14),
        )),
        Sheet(TEXTS, "計画そのものの文（宣言、目標、期間、推進体制など）。", (
            Column("kind", "種類", "宣言か文", "文", 10, TEXT_KINDS, required=True),
            Column("name", "名称", "", "計画の期間", 26, required=True),
            Column("text", "文", "", "5年間の計画とする。", 70, required=True),
        )),
        Sheet(PARENTS, "上位の計画と、関わる計画。", (
            Column("title", "計画の名称", "", "例示市総合計画", 40, required=True),
            Column("first_year", "最初の年度", "", "", 14),
            Column("last_year", "最後の年度", "", "", 14),
            Column("note", "注", "", "", 60),
        )),
        Sheet(FINDINGS, "調査などで分かった課題。項目は、キーで指します。", (
            Column("finding_key", "キー", "", "survey_1", 16, required=True),
            Column("label", "課題", "", "手続が分かりにくい", 34, required=True),
            Column("text", "内容", "", "", 60, required=True),
        )),
        Sheet(TAGS, "印を付ける表（7レス、SDGsなど）。印一つが1行です。", (
            Column("set_key", "表のキー", "", "sdgs", 16, required=True),
            Column("set_label", "表の名称", "", "SDGs", 26, required=True),
            Column("version", "版", "", "", 14),
            Column("yes", "付けた印", "空欄は○", "○", 10),
            Column("no", "付けない印", "空欄は—", "—", 10),
            Column("tag_key", "印のキー", "", "goal11", 16, required=True),
            Column("tag_label", "印の名称", "", "住み続けられるまちづくりを", 34, required=True),
        )),
        Sheet(TABLES, "調査などの表。値一つが1行です。", (
            Column("table_key", "表のキー", "", "survey", 16, required=True),
            Column("table_title", "表の名称", "", "市民アンケート", 30, required=True),
            Column("row", "行", "", "18〜29歳", 20, required=True),
            Column("column", "列", "", "使っている", 20, required=True),
            Column("value", "値", "数値か言葉", "39", 12, required=True),
            Column("table_note", "表の注", "", "", 40),
        )),
        Sheet(NOTES, "脚注、用語の説明、日付のある注。", (
            Column("kind", "種類", "脚注・用語・注", "用語", 10, NOTE_KINDS, required=True),
            Column("note_mark", "記号", "※1など", "", 8),
            Column("term", "用語", "", "DX", 24),
            Column("text", "文", "", "デジタル技術で仕組みを変えること。", 70, required=True),
            Column("on", "日付", "", "", 16),
            Column("items", "項目番号", "出てくる項目。二つ以上は改行か「、」で", "", 16),
        )),
        Sheet(SOURCE_NOTES, "原典を写したときに、失われていた所、直した所。", (
            Column("path", "場所", "items.11.goalのように", "items.11.goal", 36, required=True),
            Column("state", "状態", "", "原典にない", 20, STATES, required=True),
            Column("note", "注", "", "", 60),
        )),
        Sheet(LINKS, "前の版のどの項目に続くか。続かない項目は「終わった」と書き、項目番号は空欄にします。", (
            Column("item", "項目番号", "この版の番号", "1", 12),
            Column("before", "前の版の番号", "", "1", 12, required=True),
            Column("how", "つながり", "空欄は同じ", "同じ", 16, LINKS_HOW),
            Column("reason", "理由", "", "", 50),
        )),
        Sheet(RESULTS, "年度ごとの評価と文。すでに記録がある所は、そのまま残ります。", (
            Column("item", "項目番号", "", "1", 10, required=True),
            Column("year", "年度", "", "令和8年度", 14, required=True),
            Column("grade", "評価", "シート「評価の段階」にあるもの", "A", 10),
            Column("status", "段階", "シート「段階の言葉」にある言葉", "", 14),
        )),
        Sheet(TOTALS, "公表した集計。年度と評価の段階ごとに1行です。", (
            Column("year", "年度", "", "令和8年度", 14, required=True),
            Column("grade", "評価", "", "S", 10, required=True),
            Column("count", "項目数", "", "5", 10, required=True),
            Column("printed", "公表した割合", "％の数だけ", "19", 14, required=True),
            Column("computed", "計算した割合", "公表した割合と違うときだけ", "", 14),
            Column("reason", "違いの理由", "", "", 40),
            Column("as_of", "見込みの時点", "見込みの集計のときだけ", "", 16),
            Column("state", "原典との違い", "空欄は原典どおり", "", 16, STATES),
            Column("note", "注", "", "", 40),
        )),
    )
}  # fmt: skip
CORE = (ITEMS, PARTS, INDICATORS, WORDS, GRADES)
GUIDE_LINES = (
    "市の計画を書き込み、「madoguchi plan import」か、画面「計画の取り込み」で読み込む表です。",
    "1. 「計画」から順に書きます。シートと見出しの名前は変えないでください。列の並びは変えてもかまいません。",
    "2. 「行の印」が「説明」「例」の行は読み込みません。消しても、残してもかまいません。",
    "3. 数字は全角でも半角でも読めます。「２,８８１人」「39%」「12件/週」のように、単位を付けてもかまいません。",
    "4. 割合は「39%」と書くか、セルの書式を％にします。書式のない0.39は、39%か0.39%か分からないので読み込みません。",
    "5. 数値の代わりの言葉（—、事故ゼロなど）は、そのまま書けます。数字の入る言葉は「約80%」のように、かぎかっこで囲みます。",
    "6. 年度は「令和8年度」「R8」「2026」、日付は「令和8年10月1日」「2026/10/1」のどれでも書けます。",
    "7. 数式は、Excelが最後に計算した値を読みます。エラー値（#REF!など）と、セルの結合は使えません。",
    "8. 消したシートや列のことは、すでに取り込んだ計画の内容がそのまま残ります。",
    "9. マイナンバーは書かないでください。",
    "読み込むと、まず直すところか、変わることの一覧が出ます。確かめてから取り込むまで、記録は変わりません。",
)
