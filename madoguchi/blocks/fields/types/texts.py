"""Fields of text: plain text, readings, names, and the texts that have a form of their own."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from pydantic import Field, field_validator

from madoguchi.blocks.fields.types.part import FieldPart, dash_only, length_check, text_check
from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader
from madoguchi.blocks.fields.types.refusing import Proposal, Repair, ValueRefused
from madoguchi.kit.kana import hiragana
from madoguchi.kit.names import kana_normalise, name_normalise
from madoguchi.kit.refusals import Refused
from madoguchi.kit.width import HYPHENS, ascii_to_half, kana_to_full, text_normalise
from madoguchi.ui.forms import CounterTextarea

LONGEST = 4_000


class TextField(FieldPart):
    """Plain text: one line, or several."""

    type: Literal["text"]
    length: int = Field(default=200, ge=1, le=LONGEST, description="最大の文字数")
    lines: bool = Field(default=False, description="改行してよい")
    pattern: str | None = Field(default=None, description="値がまるごと合うべき正規表現（半角にそろえた後）")
    example: str | None = Field(default=None, description="書き方の例。形が違うときに見せる")
    zeros: int | None = Field(
        default=None, ge=2, le=30, description="数字の桁数。表計算で消えた先頭の0を補うために使う"
    )

    cel = "text"
    facet = "text"

    @field_validator("pattern")
    @classmethod
    def _pattern_reads(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"正規表現として読めません（{error}）。") from error
        return pattern

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read text: NFC, ends of lines as one; with a pattern or figures, in half width."""
        pattern = re.compile(self.pattern) if self.pattern else None
        narrow = pattern is not None or self.zeros is not None

        def read(typed: str) -> Read:
            text = text_check(text_normalise(typed.replace("\r\n", "\n").replace("\r", "\n")))
            repairs: tuple[Repair, ...] = ()
            if not self.lines and "\n" in text:
                text = " ".join(text.split())
            if narrow and (half := ascii_to_half(text)) != text:
                text, repairs = half, (Repair.WIDTH,)
            length_check(text, self.length)
            self._zeros_check(text)
            if pattern and not pattern.fullmatch(text):
                code = "pattern" if self.example else "pattern_plain"
                raise ValueRefused(code, text=text, example=self.example)
            return Read(text, repairs)

        return read

    def _zeros_check(self, text: str) -> None:
        if self.zeros and text.isascii() and text.isdigit() and len(text) < self.zeros:
            proposal = Proposal(Repair.ZEROS, text.zfill(self.zeros))
            raise ValueRefused("zeros", proposal, text=text, count=len(text), most=self.zeros)

    def value_schema(self) -> dict[str, Any]:
        """A string; its pattern where there is one."""
        found: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": self.length}
        return found | ({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})

    def widget(self, ctx: Ctx) -> forms.Widget:
        """A line, or an area with a counter."""
        if self.lines:
            return CounterTextarea({"rows": 4, "maxlength": str(self.length)})
        return super().widget(ctx)


class KanaField(FieldPart):
    """A reading: full-width katakana, one wide blank between names."""

    type: Literal["kana"]
    length: int = Field(default=200, ge=1, le=400)

    cel = "text"
    facet = "text"

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read hiragana, half-width and full-width katakana."""

        def read(typed: str) -> Read:
            try:
                text = kana_normalise(typed)
            except Refused as refused:
                raise ValueRefused.of("kana", refused) from refused
            length_check(text, self.length)
            repair = Repair.WIDTH if hiragana(typed) != typed else Repair.KANA
            return Read(text, () if text == typed else (repair,))

        return read


class NameField(FieldPart):
    """A name of a person or an organisation: every shape of its letters is kept (NFC, IVS)."""

    type: Literal["name"]
    length: int = Field(default=200, ge=1, le=200)

    cel = "text"
    facet = "text"

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read a name."""

        def read(typed: str) -> Read:
            try:
                text = name_normalise(typed)
            except Refused as refused:
                raise ValueRefused.of("name", refused) from refused
            length_check(text, self.length)
            return Read(text_check(text))

        return read


class PhoneField(FieldPart):
    """A telephone number in Japan or abroad: figures, with hyphens as they were written."""

    type: Literal["phone"]
    cel = "text"

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read a number; brackets and blanks become hyphens, and a dash alone says that there is none."""

        def read(typed: str) -> Read:
            if dash_only(typed):
                if self.required:
                    raise ValueRefused("nothing", text=typed)
                return Read(None, (Repair.NOTHING,))
            half = ascii_to_half(kana_to_full(typed))
            text = _HYPHEN.sub("-", half)
            text = re.sub(r"[-\s]*[()]\s*|\s*-\s*|\s+", "-", text).strip("-")
            figures = text.replace("-", "").removeprefix("+")
            inland = not text.startswith("+")
            if not re.fullmatch(r"\+?[0-9]+(-[0-9]+)*", text):
                raise ValueRefused("phone", text=typed)
            if (
                inland
                and (not figures.startswith("0") or not 10 <= len(figures) <= 11)
                and figures[:1] != "1"
            ):
                lost = not figures.startswith("0") and 9 <= len(figures) <= 10
                proposal = Proposal(Repair.ZEROS, f"0{text}") if lost else None
                raise ValueRefused("phone_length", proposal, text=text, count=len(figures))
            if not 3 <= len(figures) <= 15:
                raise ValueRefused("phone_length", text=text, count=len(figures))
            return Read(text, () if text == typed else (Repair.WIDTH,))

        return read

    def searched(self, value: Json) -> str:
        """Found by its figures, with and without hyphens."""
        return f"{value} {value.replace('-', '')}"

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """A line for telephone numbers."""
        return forms.TextInput({"autocomplete": "off", "inputmode": "tel"})


class EmailField(FieldPart):
    """An e-mail address."""

    type: Literal["email"]
    cel = "text"

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read an address; what stands behind the @ in small letters."""
        valid = EmailValidator()

        def read(typed: str) -> Read:
            half = ascii_to_half(typed)
            local, at, domain = half.rpartition("@")
            text = f"{local}{at}{domain.lower()}"
            try:
                valid(text)
            except ValidationError as error:
                raise ValueRefused("email", text=typed) from error
            return Read(text, () if half == typed else (Repair.WIDTH,))

        return read

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """A line for addresses."""
        return forms.TextInput({"autocomplete": "off", "inputmode": "email"})


class UrlField(FieldPart):
    """The address of a page (http or https)."""

    type: Literal["url"]
    hosts: tuple[str, ...] = Field(default=(), description="使ってよいホスト名。空ならどれでも")
    cel = "text"

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read an address; a wide blank within, which browsers send encoded, is encoded (RFC 3987 3.1)."""

        def read(typed: str) -> Read:
            whole = typed.replace("\u3000", "%E3%80%80")
            text = ascii_to_half(whole)
            repairs = (Repair.WIDTH,) if text != whole else ()
            if whole != typed:
                repairs = (*repairs, Repair.BLANK)
                if typed.count("://") > 1:
                    raise ValueRefused("url_two", text=typed)
            try:
                parts = urlsplit(text)
                host = parts.hostname or ""
            except ValueError:
                host = ""
            good = host and re.fullmatch(r"https?://\S+", text) and len(text) <= 2_000
            if not good:
                raise ValueRefused("url", text=typed)
            if self.hosts and not any(host == one or host.endswith(f".{one}") for one in self.hosts):
                raise ValueRefused("url_host", hosts="、".join(self.hosts))
            return Read(text, repairs)

        return read

    def value_schema(self) -> dict[str, Any]:
        """A URI."""
        return {"type": "string", "pattern": "^https?://", "maxLength": 2_000}


_HYPHEN = re.compile(f"[{re.escape(HYPHENS)}]")
