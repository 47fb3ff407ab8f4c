"""The kind ``register``: what is kept of a thing, who may see and change it, and what refuses."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from madoguchi.blocks.fields.types import AnyField, FieldKey
from madoguchi.kernel.declarations import Declared, NaturalKey, Part, Sample, Words

Operator = Literal[
    "is", "is_not", "any_of", "empty", "given", "at_least", "at_most", "before_days", "after_days"
]


class Numbering(Part):
    """How records are numbered: a prefix and a running number; with ``field`` a field's value is the number."""

    prefix: str = Field(default="", max_length=20, pattern=r"^[^\s]*$")
    digits: int = Field(default=4, ge=1, le=12)
    field: FieldKey | None = Field(default=None, description="この項目の値を番号にする（振り出さない）")


class Parent(Part):
    """The register whose records hold these: a building stands on a plot, an inspection belongs to premises."""

    register_key: NaturalKey = Field(alias="register")
    label: Words
    required: bool = True


class Condition(Part):
    """
    One condition of a view, a statistic or an alarm.

    ``before_days`` and ``after_days`` compare a day with today plus so many days.
    """

    field: str
    op: Operator
    value: str | int | bool | tuple[str, ...] | None = None


class Rule(Part):
    """A rule over one record: where the expression is true, the record is refused with these words."""

    key: NaturalKey
    when: str = Field(min_length=1, max_length=4_000, description="CEL の式。真なら断る")
    refuse: Words
    field: FieldKey | None = Field(default=None, description="文を出す項目")


class Transition(Part):
    """From which code of a choice which codes may follow; what is not listed may not."""

    field: FieldKey
    first: tuple[str, ...] = Field(min_length=1, description="新しい記録で選べる符号")
    allow: dict[str, tuple[str, ...]]


class Total(Part):
    """
    A field whose value is always a sum over the records that this one holds: the balance ties by itself.

    Nobody types it; it is reckoned anew in the transaction that changes one of them.
    """

    field: FieldKey
    register_key: NaturalKey = Field(alias="register", description="合計する下の台帳")
    sum: FieldKey
    where: tuple[Condition, ...] = ()


class Alarm(Part):
    """A day that must not be missed: from ``days`` before it, the record waits on the office's front page."""

    key: NaturalKey
    label: Words
    field: FieldKey
    days: int = Field(ge=0, le=3_650)
    where: tuple[Condition, ...] = ()


class SavedView(Part):
    """A list that the register brings along: columns, conditions and order."""

    key: NaturalKey
    label: Words
    columns: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    order: tuple[str, ...] = Field(default=(), description="並べ替える項目。逆順は -項目")


class Statistic(Part):
    """A table of counts or sums; numbers of persons or premises below ``small`` are hidden, and one more with each."""

    key: NaturalKey
    label: Words
    by: tuple[str, ...] = Field(
        min_length=1, max_length=2, description="行と列にする項目。年度は 項目:fiscal_year"
    )
    sum: FieldKey | None = Field(default=None, description="合計する項目。書かなければ件数")
    small: int = Field(default=0, ge=0, le=100, description="これより小さい数を隠す")
    where: tuple[Condition, ...] = ()
    form: Words | None = Field(default=None, description="どの様式・報告に出す表か")


class Sheet(Part):
    """A printed sheet of one record, as officials file it."""

    key: NaturalKey
    label: Words
    fields: tuple[str, ...] = Field(default=(), description="載せる項目。空なら全部")
    children: tuple[NaturalKey, ...] = Field(default=(), description="下に載せる台帳")
    form: Words | None = Field(default=None, description="様式の名と番号")


class RegisterSample(Sample):
    """A record by the texts that a person would type, by key of the field; what is refused says why."""

    values: dict[str, str]
    before: dict[str, str] | None = Field(default=None, description="変更の例では、変える前の値")


class Register(Declared):
    """A register (台帳)."""

    kind: Literal["register"]
    service: NaturalKey = Field(description="どの業務の台帳か。権限はこの業務の役割が持つ")
    summary: Words
    basis: str | None = Field(default=None, description="根拠（法令・条例・規則の名と条）")
    record: Words = Field(description="一件の呼び名（物件、施設、装置）")
    number: Numbering = Numbering()
    title: FieldKey = Field(description="一件の名前になる項目")
    fields: tuple[AnyField, ...] = Field(min_length=1, max_length=200)
    parent: Parent | None = None
    unique: tuple[tuple[FieldKey, ...], ...] = ()
    natural: tuple[FieldKey, ...] = Field(
        default=(), description="取り込み直すとき、同じものと見分ける項目（番号の列がないファイルのため）"
    )
    indexes: tuple[str, ...] = Field(default=(), description="絞り込みと並べ替えを速くする項目")
    columns: tuple[str, ...] = Field(default=(), description="一覧の列。空なら初めの5項目")
    rules: tuple[Rule, ...] = ()
    transitions: tuple[Transition, ...] = ()
    totals: tuple[Total, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    views: tuple[SavedView, ...] = ()
    statistics: tuple[Statistic, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    approve: bool = Field(default=False, description="変更は、別の人が認めてから記録する")
    genealogy: bool = Field(default=False, description="分ける・合わせる（分筆・合筆）がある")
    conserved: tuple[FieldKey, ...] = Field(
        default=(), description="分ける・合わせるとき、合計が変わってはならない数の項目（面積）"
    )
    stocktake: bool = Field(default=False, description="年に一度、課ごとに棚卸しをする")
    upload_names: tuple[str, ...] = Field(default=(), description="番号の列の別の見出し")
    samples: tuple[RegisterSample, ...] = ()

    def field_of(self, key: str) -> Any:
        """Find a field; None where there is none of that key."""
        return next((field for field in self.fields if field.key == key), None)

    @property
    def listed(self) -> tuple[str, ...]:
        """The columns of its list."""
        return self.columns or tuple(field.key for field in self.fields[:5])
