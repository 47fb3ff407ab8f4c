"""``madoguchi migrate``: Django's, but a migration killed anywhere is applied and recorded, or neither."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from django.core.management.commands import migrate

from madoguchi.config.setup import WholeExecutor, set_up_alone


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # The framework's command names its executor as a global and offers no other door.
        with set_up_alone(), patch.object(migrate, "MigrationExecutor", WholeExecutor):
            super().handle(*args, **options)
