"""Rows that are written once: what a model offers beside the trigger ``NeverUpdated``, which holds it."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class NeverChanges(Exception):
    """Somebody's code tries to change or delete a row that is written once: write a new one instead."""


class WrittenOnceRows(models.QuerySet[M]):
    """Reads and inserts; nothing else is offered."""

    def update(self, **_: Any) -> NoReturn:
        raise NeverChanges

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        raise NeverChanges

    def delete(self) -> NoReturn:
        raise NeverChanges


class WrittenOnce(models.Model):
    """A model whose rows are never changed and never deleted; its ``Meta`` names a ``NeverUpdated`` besides."""

    objects = WrittenOnceRows.as_manager()

    class Meta:
        abstract = True

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise NeverChanges
