"""The product's settings, unchanged, and one application more."""

from madoguchi.config.settings import *  # noqa: F403
from madoguchi.config.settings import INSTALLED_APPS as HOUSE

INSTALLED_APPS = [*HOUSE, "bench.sides.writers"]
