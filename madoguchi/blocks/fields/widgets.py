"""What a form asks fields with: one field that reads as every other way of the house reads, and widgets of several parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from madoguchi.blocks.fields.types.reading import Reader

MOST_FILES = 100


class ReadField(forms.Field):
    """
    A form's field whose cleaned value is read by a field of a declaration, and so is the value as it is kept.

    :param reader: what turns the widget's text into the value.
    """

    def __init__(self, reader: Reader, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._reader = reader
        self.proposal: str = ""

    def clean(self, value: Any) -> Any:
        """Read; a refusal is the field's message."""
        # The reader is declared beside this; its refusals are ValueErrors with a message.
        try:
            return self._reader("" if value is None else str(value)).value
        except ValueError as refused:
            message = getattr(refused, "message", str(refused))
            raise ValidationError(message, code=getattr(refused, "code", "invalid")) from refused


class TableWidget(forms.Widget):
    """
    Rows of inputs for a sub-table: as many as there are, and some empty ones.

    Its value is a list of rows of texts by column; ``columns`` give key, label and widget.
    """

    template_name = "fields/table.html"
    use_fieldset = True
    EMPTY_ROWS = 2

    def __init__(
        self, columns: Sequence[tuple[str, Any, forms.Widget, bool]], attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.columns = columns

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        """Collect the rows that hold anything, in their order."""
        rows: list[dict[str, Any]] = []
        for row in range(_rows_of(data, name)):
            values = {
                key: widget.value_from_datadict(data, files, f"{name}-{row}-{key}")
                for key, _label, widget, _required in self.columns
            }
            if any(value not in (None, "", []) for value in values.values()):
                rows.append(values)
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:  # noqa: ARG002
        """Whether the form did not hold the table at all."""
        return f"{name}-rows" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the rows with the inputs made."""
        context = super().get_context(name, value, attrs)
        kept: list[Mapping[str, Any]] = list(value or [])
        count = len(kept) + self.EMPTY_ROWS
        base = (attrs or {}).get("id", f"id_{name}")
        rows = []
        for row in range(count):
            values = kept[row] if row < len(kept) else {}
            cells = []
            for key, label, widget, _required in self.columns:
                inner = {"id": f"{base}-{row}-{key}", "aria-label": f"{label} {row + 1}"}
                cells.append(widget.render(f"{name}-{row}-{key}", values.get(key, ""), inner))
            rows.append(cells)
        context["table"] = {
            "rows": rows, "count": count, "heads": [(label, required) for _key, label, _w, required in self.columns],
        }  # fmt: skip
        return context


@dataclass(frozen=True, slots=True)
class FilesTyped:
    """What a form brings about files: keys that it held, keys whose box 外す is ticked, and files that are sent now."""

    kept: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    sent: tuple[Any, ...] = ()


class FilesInput(forms.FileInput):
    """
    Files that are kept already, each with a box to take it off, and an input for more.

    Its value is keys with blanks between, or ``FilesTyped`` of a form that was sent. What was sent is kept when the form
    comes back: ``taken`` are the keys that it got.

    :param described: gives, for keys, the name, the note and the address ("" for none) under which a page shows each.
    """

    template_name = "fields/files.html"
    input_type = "file"
    needs_multipart_form = True

    def __init__(
        self, described: Callable[[Sequence[str]], Mapping[str, tuple[str, str, str]]], *, several: bool, accept: str
    ) -> None:  # fmt: skip
        self.allow_multiple_selected = several
        super().__init__({"accept": accept, **({"multiple": True} if several else {})})
        self.described = described
        self.taken: tuple[str, ...] = ()

    def use_required_attribute(self, initial: Any) -> bool:  # noqa: ARG002
        """Whether one is needed is said after those that are kept are counted."""
        return False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> FilesTyped:
        """Collect keys, ticks and files."""
        many = getattr(data, "getlist", lambda key: [data[key]] if key in data else [])
        sent = files.getlist(f"{name}-new") if hasattr(files, "getlist") else ()
        kept = dict.fromkeys(str(data.get(f"{name}-kept", "")).split()[:MOST_FILES])
        return FilesTyped(tuple(kept), frozenset(many(f"{name}-off")), tuple(sent))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:  # noqa: ARG002
        """Whether the form did not hold the field at all."""
        return f"{name}-kept" not in data

    def format_value(self, value: Any) -> None:
        """Nothing stands in an input for files."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the lines of what is kept."""
        context = super().get_context(f"{name}-new", None, attrs)
        typed = value if isinstance(value, FilesTyped) else FilesTyped(tuple(str(value or "").split()))
        keys = (*typed.kept, *self.taken)
        known = self.described(keys) if keys else {}
        base = (attrs or {}).get("id", f"id_{name}")
        lines = [
            {"key": key, "off": key in typed.off, "id": f"{base}-off-{at}", "parts": known.get(key)}
            for at, key in enumerate(keys)
        ]
        context["kept"] = {"name": name, "keys": " ".join(keys), "lines": lines}
        return context


class PartsWidget(forms.MultiWidget):
    """Several inputs for one value of parts (a bank account); ``labels`` stand before each."""

    template_name = "fields/parts.html"

    def __init__(
        self, parts: Mapping[str, tuple[Any, forms.Widget]], split: Callable[[Any], list[str]]
    ) -> None:
        super().__init__({key: widget for key, (_label, widget) in parts.items()})
        self.labels = [label for label, _widget in parts.values()]
        self._split = split

    def decompress(self, value: Any) -> list[str]:
        """Give the texts of the parts."""
        return self._split(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the labels."""
        context = super().get_context(name, value, attrs)
        for label, inner in zip(self.labels, context["widget"]["subwidgets"], strict=True):
            inner["label"] = label
        return context


def _rows_of(data: Mapping[str, Any], name: str) -> int:
    count = str(data.get(f"{name}-rows", "0"))
    # A page never gives more; who writes a larger number into it is not heard.
    return min(int(count), 1_000) if count.isdigit() else 0
