"""The kind ``service``: one municipal duty, who coordinates it, and which roles work in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from madoguchi.kernel.declarations.issues import Issue
from madoguchi.kernel.declarations.keys import NaturalKey
from madoguchi.kernel.declarations.kinds import (
    Context,
    Declared,
    Part,
    Resolved,
    Sample,
    SampleRefused,
    Words,
    kind_declare,
)
from madoguchi.kernel.expressions.suggestions import closest
from madoguchi.kernel.rights import rights


class Role(Part):
    """A set of rights that an office gives to a post."""

    key: NaturalKey
    label: Words
    rights: tuple[str, ...] = Field(min_length=1)


class Page(Part):
    """A page that the shells show in their menu; ``at`` says which face."""

    key: NaturalKey
    label: Words
    at: Literal["portal", "office"]
    url_name: str = Field(pattern=r"^[a-z_]+:[a-z_]+$", description="Django の URL 名（dx_plan:home）")
    right: str | None = Field(default=None, description="この権限を持つ人にだけ見せる")


class Duty(Part):
    """
    What a look at people's data is for (用務): named before the first look, shown to whoever was looked at.

    ``rights`` are those that the duty needs; whoever does it has no others over people while doing it.
    """

    key: NaturalKey
    label: Words
    basis: str = Field(min_length=1, description="根拠（法令・条例・規則の名と条）")
    rights: tuple[str, ...] = Field(min_length=1)


class ServiceSample(Sample):
    """What a role may do, or is refused."""

    role: str
    right: str


class Service(Declared):
    """One municipal duty."""

    kind: Literal["service"]
    summary: Words
    office: str | None = Field(default=None, description="まとめ役の課の名称")
    catalogue: Literal["ready", "draft"] = "draft"
    roles: tuple[Role, ...] = ()
    duties: tuple[Duty, ...] = ()
    pages: tuple[Page, ...] = ()
    samples: tuple[ServiceSample, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether the catalogue may call it ready: only when its forms and law were checked."""
        return self.catalogue == "ready" and self.verified


def _lint(declaration: Resolved, context: Context) -> Iterator[Issue]:  # noqa: ARG001
    service: Service = declaration.model
    if service.catalogue == "ready" and not service.verified:
        message = "verified: false の業務は catalogue: ready にできません。"
        yield declaration.issue("catalogue", code="service-unverified", message=message)
    for where, things in (("roles", service.roles), ("duties", service.duties), ("pages", service.pages)):
        keys = [thing.key for thing in things]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                yield declaration.issue(
                    where, index, "key", code="key-twice", message=f"「{key}」が二度あります。"
                )
    asked: list[tuple[tuple[str | int, ...], str]] = [
        (("roles", i, "rights", j), right)
        for i, role in enumerate(service.roles)
        for j, right in enumerate(role.rights)
    ]
    asked += [(("pages", i, "right"), page.right) for i, page in enumerate(service.pages) if page.right]
    given = {right for role in service.roles for right in role.rights}
    for i, duty in enumerate(service.duties):
        for j, right in enumerate(duty.rights):
            asked.append((("duties", i, "rights", j), right))
            if right in rights and right not in given:
                message = f"「{duty.label}」に要る「{right}」を持つ役割が、この業務にありません。"
                yield declaration.issue("duties", i, "rights", j, code="duty-without-role", message=message)
    for path, right in asked:
        if right not in rights:
            message = f"「{right}」という権限はありません。"
            yield declaration.issue(
                *path, code="right-unknown", message=message, suggestion=closest(right, rights)
            )


def _try(service: Service, sample: ServiceSample, context: Context) -> None:  # noqa: ARG001
    role = next((role for role in service.roles if role.key == sample.role), None)
    if role is None:
        raise SampleRefused(f"「{sample.role}」という役割はありません。")
    if sample.right not in rights:
        raise SampleRefused(f"「{sample.right}」という権限はありません。")
    if sample.right not in role.rights:
        raise SampleRefused(f"{role.label}には「{rights[sample.right].label}」の権限がありません。")


kind_declare(
    "service",
    Service,
    label=_("業務"),
    lint=_lint,
    try_sample=_try,
    major=["-roles.*", "-roles.*.rights.*", "-duties.*", "-pages.*", "~pages.*.at"],
)
