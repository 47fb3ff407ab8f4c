from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

# Rooms that register something at start-up; found by file name in every app of the house.
REGISTERING_ROOMS = ("rights", "audit_types", "actions", "tasks", "declarations", "hooks", "menu")


class KernelConfig(AppConfig):
    name = "madoguchi.kernel"
    label = "kernel"

    def ready(self) -> None:
        from madoguchi.kernel.db.fulltext import fulltext_mend
        from madoguchi.kernel.db.triggers import triggers_make

        post_migrate.connect(triggers_make, sender=self, dispatch_uid="kernel.triggers")
        post_migrate.connect(fulltext_mend, sender=self, dispatch_uid="kernel.fulltext")
        house = [config.name for config in apps.get_app_configs() if config.name.startswith("madoguchi.")]
        for room in REGISTERING_ROOMS:
            for name in house:
                if find_spec(f"{name}.{room}") is not None:
                    import_module(f"{name}.{room}")
