"""
The file of an edition: a plan as a city published it, whole and unchangeable, in one document.

What the city prints is data here, its words too: levels, sections, phases, grades, tags. What is entered while
the plan runs (figures, texts of a year, judgements) is not part of it.

Invariants (``tests/measures/test_spec.py``):

1. A number names one item within an edition, and one part within its item.
2. Whatever refers to something else of the file (tags, phases, findings, reprints, source notes) refers to
   something that is there.
3. A value is a number, or a word that stood in its place; what the source has lost is marked, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from madoguchi.kit.fiscal import FiscalYear

# How a field stands to the source it was taken from.
SourceState = Literal["as_printed", "corrected", "lost", "not_in_source"]
ItemMark = Literal["", "new", "continued", "completed"]
EditionKind = Literal["new", "revised", "rolling"]
LinkHow = Literal["same", "renamed", "renumbered", "merged", "split", "moved"]


def _year_keys(value: object) -> object:
    return {int(key): item for key, item in value.items()} if isinstance(value, dict) else value


def _no_float(value: object) -> object:
    # Figures stand in quotes, so that YAML never makes a float of them.
    if isinstance(value, float):
        raise ValueError('数値は引用符で囲んでください（例: "0.04"）')
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _figure(value: object) -> object:
    value = _no_float(value)
    return Decimal(value) if isinstance(value, str) else value


Figure = Annotated[Decimal, BeforeValidator(_figure)]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(_Spec):
    """A number, or the word that the plan prints instead (— for "not yet", 事故ゼロ)."""

    number: Decimal | None = None
    word: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        """Read the short form: ``"190"`` is a number, anything else in quotes a word."""
        data = _no_float(data)
        if not isinstance(data, str):
            return data
        try:
            number = Decimal(data)
        except InvalidOperation:
            return {"word": data}
        return {"number": number}

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.number is None) == (self.word == ""):
            raise ValueError("数値か言葉の、どちらか一つを書いてください。")
        return self


class BaseSpec(_Spec):
    """Where an indicator stood before the plan; a word where the plan prints one, as ``—``."""

    year: int
    value: Value


class GradeSpec(_Spec):
    """A grade of the city's set; ``assessable`` False for "cannot be judged", which counts in no share of success."""

    key: str
    meaning: str
    from_ratio: Figure | None = None
    assessable: bool = True


class WordSpec(_Spec):
    """A word of the city with what it means (a phase, a section, a level)."""

    key: str
    label: str
    meaning: str = ""


class SectionSpec(WordSpec):
    """A named text of an item; ``yearly`` ones are written each year, the others stand in the plan."""

    yearly: bool = False


SECTIONS = (
    SectionSpec(key="plan", label="取組内容"),
    SectionSpec(key="goal", label="目標"),
    SectionSpec(key="done", label="取組実績", yearly=True),
    SectionSpec(key="next", label="改善・拡充策、課題", yearly=True),
)
LEVELS = (
    WordSpec(key="pillar", label="取組方針"),
    WordSpec(key="item", label="取組項目"),
    WordSpec(key="part", label="取組計画"),
)


def _day(end: bool) -> Any:
    def read(value: object) -> object:
        if isinstance(value, int):
            year = FiscalYear(value)
            return year.last_day if end else year.first_day
        return value

    return read


class PhaseSpec(_Spec):
    """
    A bar of the schedule. ``from`` and ``to`` are days, or fiscal years meant whole; one that the source lost is left
    out and ``state`` says so. ``word`` is a phase of the city, ``text`` what stands in or over the bar.
    """

    word: str = ""
    text: str = ""
    group: str = ""
    starts_on: Annotated[date | None, BeforeValidator(_day(end=False))] = Field(default=None, alias="from")
    ends_on: Annotated[date | None, BeforeValidator(_day(end=True))] = Field(default=None, alias="to")
    state: SourceState = "as_printed"

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if not (self.word or self.text):
            raise ValueError("帯に、段階の言葉か文のどちらかを書いてください。")
        if self.starts_on and self.ends_on and self.starts_on > self.ends_on:
            raise ValueError("帯の終わりが始まりより前です。")
        if (self.starts_on is None or self.ends_on is None) and self.state in ("as_printed", "corrected"):
            raise ValueError("帯の期間がないときは、state に lost か not_in_source と書いてください。")
        return self


class MilestoneSpec(_Spec):
    """Something that happens on a day, or within a fiscal year."""

    text: str
    on: Annotated[date, BeforeValidator(_day(end=True))]


class OfficeSpec(_Spec):
    """
    An office in charge as printed. ``group`` for an open group (全部局, 関係各課), which a round expands;
    ``coordinates`` is the city's own choice and never a fact of the source; ``unit`` a unit within the office.
    """

    name: str
    unit: str = ""
    group: bool = False
    coordinates: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return {"name": data, "group": data in OPEN_GROUPS} if isinstance(data, str) else data


OPEN_GROUPS = frozenset(
    {"全部局", "全課", "全所属", "関係各課", "関係課", "各システム担当課", "各課", "各担当課"}
)


class IndicatorSpec(_Spec):
    """
    An indicator with its figures by fiscal year.

    ``key`` is its identity through renamings and editions; without one it is made of the item's number and the name.
    ``unit`` and ``per`` make 件/週. A target may be a word; a year without a target is not a dash.
    """

    name: str
    key: str = ""
    no: str = ""
    unit: str = ""
    per: str = ""
    decimals: int = Field(default=0, ge=0, le=6)
    direction: Literal["up", "down"] = "up"
    kind: Literal["stock", "flow", "cumulative", "rate"]
    declared: str = ""
    note: str = ""
    base: BaseSpec | None = None
    targets: Annotated[dict[int, Value], BeforeValidator(_year_keys)] = {}
    actuals: Annotated[dict[int, Figure], BeforeValidator(_year_keys)] = {}


class ResultSpec(_Spec):
    """An item's result in a year: the grade, and texts by section (``done``, ``next``, or what the city calls them)."""

    grade: str | None = None
    done: str = ""
    next: str = ""
    texts: dict[str, str] = {}
    status: str = ""

    def sections(self) -> dict[str, str]:
        """Give the texts by section, empty ones left out."""
        found = {"done": self.done, "next": self.next, **self.texts}
        return {key: text.strip() for key, text in found.items() if text.strip()}


class LinkSpec(_Spec):
    """What an item goes on with: an item of the edition that this one replaces, and how it changed."""

    no: str
    how: LinkHow = "same"
    reason: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return {"no": data} if isinstance(data, str) else data


class PartSpec(_Spec):
    """A row within an item: (1), (2)-1. It may have phases, indicators, offices and parts of its own."""

    no: str
    title: str
    texts: dict[str, str] = {}
    offices: list[OfficeSpec] = []
    phases: list[PhaseSpec] = []
    milestones: list[MilestoneSpec] = []
    indicators: list[IndicatorSpec] = []
    parts: list[PartSpec] = []


class ItemSpec(_Spec):
    """An item that is carried out, counted and judged."""

    no: str
    title: str
    mark: ItemMark = ""
    offices: list[OfficeSpec] = []
    plan: str = ""
    goal: str = ""
    texts: dict[str, str] = {}
    outcome: str = ""
    tags: dict[str, list[str]] = {}
    findings: list[str] = []
    phases: list[PhaseSpec] = []
    milestones: list[MilestoneSpec] = []
    parts: list[PartSpec] = []
    indicators: list[IndicatorSpec] = []
    no_indicator: str = ""
    continues: list[LinkSpec] = []
    results: Annotated[dict[int, ResultSpec], BeforeValidator(_year_keys)] = {}

    def sections(self) -> dict[str, str]:
        """Give the texts of the plan by section, empty ones left out."""
        found = {"plan": self.plan, "goal": self.goal, **self.texts}
        return {key: text.strip() for key, text in found.items() if text.strip()}

    def parts_all(self) -> Iterator[tuple[str, PartSpec]]:
        """Give every part at any depth with its number within the item: ``(2)-1``, ``(2)-1/(a)``."""
        yield from _parts(self.parts, "")

    def indicators_all(self) -> Iterator[tuple[str, IndicatorSpec]]:
        """Give the item's own indicators and those of its parts, with the part's number ("" for the item's)."""
        for indicator in self.indicators:
            yield "", indicator
        for no, part in self.parts_all():
            for indicator in part.indicators:
                yield no, indicator


def _parts(parts: list[PartSpec], above: str) -> Iterator[tuple[str, PartSpec]]:
    for part in parts:
        no = f"{above}/{part.no}" if above else part.no
        yield no, part
        yield from _parts(part.parts, no)


class PillarSpec(_Spec):
    """What groups items, at any depth; ``reprints`` are items of another pillar printed here again (再掲)."""

    no: str
    title: str
    texts: dict[str, str] = {}
    pillars: list[PillarSpec] = []
    items: list[ItemSpec] = []
    reprints: list[str] = []
    indicators: list[IndicatorSpec] = []


class AdjustmentSpec(_Spec):
    """A share that was printed otherwise than plain rounding gives (端数調整)."""

    grade: str
    computed: int
    printed: int
    reason: str


class TotalSpec(_Spec):
    """The printed totals of a year; the items may be missing. ``as_of`` is the day of provisional ones."""

    year: int
    counts: dict[str, int]
    printed_percent: dict[str, int]
    adjustments: list[AdjustmentSpec] = []
    source: Literal["as_printed", "corrected"] = "as_printed"
    provisional: bool = False
    as_of: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _provisional_has_day(self) -> Self:
        if self.provisional != (self.as_of is not None):
            raise ValueError(
                "見込みの集計には as_of（何日時点か）を書いてください。見込みでなければ書きません。"
            )
        return self


class ParentSpec(_Spec):
    """A plan above or beside this one."""

    title: str
    first_year: int | None = None
    last_year: int | None = None
    note: str = ""


class TextSpec(_Spec):
    """A named text of the edition itself: 宣言, 目標, ミッション."""

    name: str
    text: str


class TagSpec(_Spec):
    """One column of a tag matrix."""

    key: str
    label: str


class TagSetSpec(_Spec):
    """
    A matrix that items are marked in (7レス, SDGs, the five legal themes, the nation's priorities).

    ``version`` is that of the list's owner. An item that names the set has a mark in every column: ``yes`` or ``no``;
    one that does not name it stands outside the matrix.
    """

    key: str
    label: str
    version: str = ""
    yes: str = "○"
    no: str = "—"
    tags: list[TagSpec]


class FindingSpec(_Spec):
    """What a survey found, and which its items answer."""

    key: str
    label: str
    text: str


class TableSpec(_Spec):
    """A table of the plan (a survey): the columns after the first, and rows with their label."""

    key: str
    title: str
    columns: list[str]
    rows: list[tuple[str, list[Value]]]
    note: str = ""

    @model_validator(mode="after")
    def _square(self) -> Self:
        for label, values in self.rows:
            if len(values) != len(self.columns):
                raise ValueError(f"表の「{label}」の行の数が、列の数と合いません。")
        return self


class NoteSpec(_Spec):
    """A footnote, a term of the glossary, or a dated note; ``items`` are where it stands."""

    kind: Literal["footnote", "term", "note"] = "footnote"
    mark: str = ""
    term: str = ""
    text: str
    on: date | None = None
    items: list[str] = []


class SourceNoteSpec(_Spec):
    """How a field stands to the source: ``items.11.goal`` ``lost``."""

    path: str
    state: SourceState
    note: str = ""


class EndedSpec(_Spec):
    """An item of the replaced edition that does not go on, and why."""

    no: str
    reason: str = ""


class EditionSpec(_Spec):
    """The file of one edition of one city's plan."""

    key: str
    city: str
    title: str
    kind: EditionKind = "new"
    first_year: int
    last_year: int
    ends_early: int | None = None
    issued: str = ""
    source: str = ""
    replaces: str = ""
    parents: list[ParentSpec] = []
    declarations: list[TextSpec] = []
    texts: list[TextSpec] = []
    levels: list[WordSpec] = list(LEVELS)
    sections: list[SectionSpec] = list(SECTIONS)
    phases: list[WordSpec] = []
    grades: list[GradeSpec] = []
    tag_sets: list[TagSetSpec] = []
    findings: list[FindingSpec] = []
    tables: list[TableSpec] = []
    notes: list[NoteSpec] = []
    source_notes: list[SourceNoteSpec] = []
    pillars: list[PillarSpec]
    ended: list[EndedSpec] = []
    totals: list[TotalSpec] = []

    def items_all(self) -> Iterator[tuple[tuple[PillarSpec, ...], ItemSpec]]:
        """Give every item once, in printed order, with the pillars above it."""
        yield from _items(self.pillars, ())

    def pillars_all(self) -> Iterator[tuple[tuple[PillarSpec, ...], PillarSpec]]:
        """Give every pillar, each before those under it, with the pillars above it."""
        yield from _pillars(self.pillars, ())

    def printed(self) -> int:
        """Count the items as printed: those that stand in a second place are counted again."""
        return sum(len(pillar.items) + len(pillar.reprints) for _above, pillar in self.pillars_all())

    @model_validator(mode="after")
    def _holds(self) -> Self:
        faults = [*_faults(self)]
        if faults:
            raise ValueError(" ".join(faults))
        return self


def _items(
    pillars: list[PillarSpec], above: tuple[PillarSpec, ...]
) -> Iterator[tuple[tuple[PillarSpec, ...], ItemSpec]]:
    for pillar in pillars:
        for item in pillar.items:
            yield (*above, pillar), item
        yield from _items(pillar.pillars, (*above, pillar))


def _pillars(
    pillars: list[PillarSpec], above: tuple[PillarSpec, ...]
) -> Iterator[tuple[tuple[PillarSpec, ...], PillarSpec]]:
    for pillar in pillars:
        yield above, pillar
        yield from _pillars(pillar.pillars, (*above, pillar))


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _faults(spec: EditionSpec) -> Iterator[str]:
    """Say what in a file contradicts something else in it."""
    if spec.last_year < spec.first_year:
        yield "計画の最後の年度が最初の年度より前です。"
    yield from _faults_of_numbers(spec)
    for _above, item in spec.items_all():
        for fault in (*_faults_within(item), *_faults_of_words(spec, item)):
            yield f"項目{item.no}: {fault}"
    known = {item.no for _above, item in spec.items_all()}
    for note in spec.notes:
        for no in {*note.items} - known:
            yield f"注「{note.term or note.mark}」の項目 {no} がありません。"
    for source_note in spec.source_notes:
        head, _, rest = source_note.path.partition(".")
        if head == "items" and rest.split(".")[0] not in known:
            yield f"source_notes の {source_note.path} の項目がありません。"


def _faults_of_numbers(spec: EditionSpec) -> Iterator[str]:
    items = {item.no: item for _above, item in spec.items_all()}
    for no in _twice([item.no for _above, item in spec.items_all()]):
        yield f"項目の番号 {no} が二度あります。"
    for no in _twice([pillar.no for _above, pillar in spec.pillars_all()]):
        yield f"方針の番号 {no} が二度あります。"
    for _above, pillar in spec.pillars_all():
        for no in pillar.reprints:
            if no not in items or items[no] in pillar.items:
                yield f"再掲の {no} は、ほかの方針の項目ではありません。"
    keys = [one.key for item in items.values() for _part, one in item.indicators_all() if one.key]
    for key in _twice(keys):
        yield f"指標のキー {key} が二度あります。"


def _faults_within(item: ItemSpec) -> Iterator[str]:
    for no in _twice([no for no, _part in item.parts_all()]):
        yield f"{no} が二度あります。"
    for name in _twice([f"{no} {indicator.name}".strip() for no, indicator in item.indicators_all()]):
        yield f"指標「{name}」が二度あります。"


def _faults_of_words(spec: EditionSpec, item: ItemSpec) -> Iterator[str]:
    sections = {section.key for section in spec.sections}
    phases = {phase.key for phase in spec.phases}
    tags = {tag_set.key: {tag.key for tag in tag_set.tags} for tag_set in spec.tag_sets}
    grades = {grade.key for grade in spec.grades}
    used = {*item.sections(), *(key for result in item.results.values() for key in result.sections())}
    for section in sorted(used - sections):
        yield f"文の欄 {section} が sections にありません。"
    bars = [*item.phases, *(bar for _no, part in item.parts_all() for bar in part.phases)]
    for word in sorted({bar.word for bar in bars if bar.word} - phases):
        yield f"段階 {word} が phases にありません。"
    for name, marked in item.tags.items():
        if name not in tags or not {*marked} <= tags[name]:
            yield f"{name} の印が tag_sets にありません。"
    for finding in sorted({*item.findings} - {finding.key for finding in spec.findings}):
        yield f"課題 {finding} が findings にありません。"
    for year, result in item.results.items():
        if result.grade is not None and result.grade not in grades:
            yield f"{year}年度の評価 {result.grade} が grades にありません。"
        if result.status and result.status not in phases:
            yield f"{year}年度の段階 {result.status} が phases にありません。"
    if item.continues and not spec.replaces:
        yield "continues には、前の版（replaces）が要ります。"


def plan_only(spec: EditionSpec) -> dict[str, Any]:
    """Give the plan as canonical data, without what was entered since (results, figures, printed totals)."""
    data: dict[str, Any] = spec.model_dump(
        mode="json", by_alias=True, exclude={"totals"}, exclude_defaults=True
    )
    for pillar in data.get("pillars", ()):
        _entries_drop(pillar)
    return data


def _entries_drop(node: dict[str, Any]) -> None:
    node.pop("results", None)
    for indicator in node.get("indicators", ()):
        indicator.pop("actuals", None)
    for below in ("pillars", "items", "parts"):
        for child in node.get(below, ()):
            _entries_drop(child)
