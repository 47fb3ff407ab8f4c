"""The registers of the sample city, for tests: read from their folder alone, and published past the checks of the rest."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from madoguchi.blocks.registers.testing import NOW
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.declarations import House, Layer, declarations_load
from madoguchi.kernel.declarations.loading import Loaded
from madoguchi.kernel.models import PublishedDeclaration
from madoguchi.kernel.stamps import stamp_move, stamped_forget
from madoguchi.kit.canonical import canonical_hash, canonical_json

SERVICE = SAMPLE_CITY / "services" / "city_registers"


@cache
def city_declared() -> Loaded:
    """Read the folder once."""
    return declarations_load(House((Layer("city", (SERVICE,)),)))


def city_publish(loaded: Loaded, *, registers: Collection[str] | None = None) -> None:
    """
    Publish the service, its code lists and its registers as first versions.

    :param registers: keys; None for all.
    """
    for (kind, key), one in loaded.declarations.items():
        if kind == "register" and registers is not None and key not in registers:
            continue
        body = {"declaration": one.document, "texts": one.texts}
        PublishedDeclaration.objects.create(
            kind=kind, key=key, version=1, body=canonical_json(body).decode(), sha256=canonical_hash(body),
            change="minor", reason="試験", published_at=NOW, published_by="system",
        )  # fmt: skip
    stamp_move("kernel.declarations")
    stamped_forget()
