"""A bank account, as payments are ordered with it (全国銀行協会: codes of four and three figures, holder in kana)."""

from __future__ import annotations

import re
from typing import Any, Literal

from django import forms
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types.part import FieldPart
from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader
from madoguchi.blocks.fields.types.refusing import Repair, ValueRefused
from madoguchi.blocks.fields.widgets import PartsWidget
from madoguchi.kit.kana import katakana
from madoguchi.kit.width import HYPHENS, ascii_to_half, kana_to_half

KINDS = {"1": "普通", "2": "当座", "4": "貯蓄"}
"""預金種目 of the 全銀 format."""
_WRITTEN = re.compile(
    r"(?P<bank>[0-9]{4})[- ](?P<branch>[0-9]{3})[- ](?P<kind>普通|当座|貯蓄|[124])[- ](?P<number>[0-9]{1,7})[- ]+(?P<holder>.+)"
)
_HYPHEN = re.compile(f"[{re.escape(HYPHENS.replace('ー', '').replace('ｰ', ''))}]")
# 全銀協 規定の口座名義に使える文字: half-width kana without small letters, capitals, figures and these signs.
_NO_HOLDER = re.compile(r"[^ｱ-ﾝﾞﾟｦ0-9A-Z ().\-/,｢｣\\]")
_SMALL = str.maketrans("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ") | {ord("ｰ"): "-"}
PARTS = ("bank", "branch", "kind", "number", "holder")


class BankAccountField(FieldPart):
    """
    A bank account.

    ``{"bank": "0001", "branch": "001", "kind": "1", "number": "1234567", "holder": "ﾐﾅﾓ ﾊﾅｺ"}``; whether the bank and the
    branch exist is not known here: the table of the 全銀 codes is not the house's.
    """

    type: Literal["bank_account"]
    sortable = False

    def reads(self, ctx: Ctx) -> Reader:
        """Read "0001-001 普通 1234567 ミナモ　ハナコ"."""

        def read(typed: str) -> Read:
            plain = " ".join(_HYPHEN.sub("-", ascii_to_half(typed)).split())
            found = _WRITTEN.fullmatch(plain)
            if found is None:
                raise ValueRefused("bank", text=typed)
            kind = next((code for code, name in KINDS.items() if name == found["kind"]), found["kind"])
            value = {
                "bank": found["bank"], "branch": found["branch"], "kind": kind,
                "number": found["number"].zfill(7), "holder": holder_read(found["holder"]),
            }  # fmt: skip
            return Read(value, () if self.writes(value, ctx) == typed else (Repair.WIDTH,))

        return read

    def writes(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """As it is read."""
        return f"{value['bank']}-{value['branch']} {KINDS[value['kind']]} {value['number']} {value['holder']}"

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Never among words."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """An object of five texts."""
        figures = {"bank": 4, "branch": 3, "number": 7}
        properties: dict[str, Any] = {
            name: {"type": "string", "pattern": f"^[0-9]{{{count}}}$"} for name, count in figures.items()
        }
        properties |= {"kind": {"enum": list(KINDS)}, "holder": {"type": "string", "minLength": 1}}
        return {
            "type": "object", "required": list(PARTS), "properties": properties, "additionalProperties": False,
        }  # fmt: skip

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """An input for each part."""
        figures = {"inputmode": "numeric", "autocomplete": "off", "size": "8"}
        return _AccountWidget(
            {
                "bank": (_("銀行番号（4桁）"), forms.TextInput(figures)),
                "branch": (_("支店番号（3桁）"), forms.TextInput(figures)),
                "kind": (_("種目"), forms.Select(choices=[("", "---------"), *KINDS.items()])),
                "number": (_("口座番号（7桁）"), forms.TextInput(figures)),
                "holder": (_("口座名義（カナ）"), forms.TextInput({"autocomplete": "off"})),
            },
            _split,
        )


class _AccountWidget(PartsWidget):
    """The parts come as the one text that the field's reader takes apart."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Join the parts."""
        parts = [str(part or "").strip() for part in super().value_from_datadict(data, files, name)]
        return f"{parts[0]}-{parts[1]} {parts[2]} {parts[3]} {parts[4]}" if any(parts) else ""


def _split(value: Any) -> list[str]:
    found = _WRITTEN.fullmatch(str(value or ""))
    if found is None:
        return [""] * len(PARTS)
    kind = next((code for code, name in KINDS.items() if name == found["kind"]), found["kind"])
    return [found["bank"], found["branch"], kind, found["number"], found["holder"]]


def holder_read(text: str) -> str:
    """
    Bring the holder's name to the letters of the 全銀 format: half-width kana, capitals, no small kana.

    :raises ValueRefused: a letter that the format does not know.
    """
    half = kana_to_half(katakana(ascii_to_half(text))).upper().translate(_SMALL)
    half = " ".join(_HYPHEN.sub("-", half).split())
    if found := _NO_HOLDER.search(half):
        raise ValueRefused("bank_holder", letter=found[0])
    return half
