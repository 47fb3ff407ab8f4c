"""The kind ``consent``: what somebody is asked to agree to, for which purpose, and what becomes of a withdrawal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from madoguchi.blocks.people.models import Consent
from madoguchi.kernel.declarations import (
    Context,
    Declared,
    Issue,
    NaturalKey,
    Resolved,
    Sample,
    SampleRefused,
    Words,
    kind_declare,
    touch_declare,
)

Answer = Literal["given", "refused", "withdrawn"]
SHORTEST_TEXT = 20


class ConsentSample(Sample):
    """An answer, to what stood before: nothing, or an earlier answer."""

    answer: Answer
    before: Answer | None = None


class ConsentKind(Declared):
    """One purpose for which somebody's agreement is asked."""

    kind: Literal["consent"]
    service: NaturalKey = Field(
        description="どの業務のための同意か。代わりの人は、この業務に及ぶときだけ答えられる"
    )
    purpose: Words = Field(description="何のために")
    text: Words = Field(description="読んでもらう文面。段落は改行で分ける")
    data: tuple[Words, ...] = Field(min_length=1, description="使う情報")
    recipients: tuple[Words, ...] = Field(min_length=1, description="だれが使うか")
    basis: str = Field(min_length=1, description="根拠（法令・条例・規則の名と条）")
    withdrawal: Words = Field(description="取り消すとどうなるか。取り消しは、いつでもできる")
    optional: bool = Field(default=True, description="同意しなくても手続きはできるか")
    samples: tuple[ConsentSample, ...] = ()

    def refusal(self, answer: str, before: str) -> str:
        """Say in Japanese why an answer cannot follow what stood before ("" for nothing), or "" when it can."""
        if answer == "withdrawn" and before != "given":
            return f"「{self.label}」には同意していないため、取り消すものがありません。"
        if answer == "refused" and before == "given":
            return f"「{self.label}」には同意しています。やめるときは「取り消す」を選んでください。"
        return ""


def _lint(declaration: Resolved, context: Context) -> Iterator[Issue]:
    consent: ConsentKind = declaration.model
    if context.get("service", consent.service) is None:
        message = f"「{consent.service}」という業務はありません。"
        yield declaration.issue("service", code="consent-service", message=message)
    if len(consent.text) < SHORTEST_TEXT:
        message = "文面が短すぎます。何をどう使うかを、読む人がわかるように書いてください。"
        yield declaration.issue("text", code="consent-short", message=message)
    for where, words in (("data", consent.data), ("recipients", consent.recipients)):
        for index, word in enumerate(words):
            if word in words[:index]:
                message = f"「{word}」が二度あります。"
                yield declaration.issue(where, index, code="consent-twice", message=message)


def _try(consent: ConsentKind, sample: ConsentSample, context: Context) -> None:  # noqa: ARG001
    if message := consent.refusal(sample.answer, sample.before or ""):
        raise SampleRefused(message)


def _answers_given(key: str, version: int) -> int:
    return Consent.objects.filter(consent=key, version=version, answer=Consent.Answer.GIVEN).count()


# What was agreed to reaches no further than the words that were read: more data, other recipients, another
# purpose or text is another consent, and is asked again. Less data or fewer recipients is not.
kind_declare(
    "consent",
    ConsentKind,
    label=_("同意の文面"),
    try_sample=_try,
    lint=_lint,
    major=[
        "~service", "~purpose", "~text", "+data.*", "+recipients.*", "~basis", "~withdrawal", "~optional",
    ],
)  # fmt: skip
touch_declare("people.consents", kind="consent", label=_("同意した答え"), count=_answers_given)
