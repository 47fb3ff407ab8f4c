"""Find every block's and service's ``testing.py``, so that its scenarios and makers are registered."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps


def import_testing_rooms() -> None:
    """Import the testing rooms of the whole house."""
    for config in apps.get_app_configs():
        name = f"{config.name}.testing"
        if config.name.startswith("madoguchi.") and find_spec(name) is not None:
            import_module(name)
