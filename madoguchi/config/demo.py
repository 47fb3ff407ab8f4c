"""
The fictional city: offices, posts, synthetic people, plans and notices. Loading it twice changes nothing.

Every name in it is invented. It refuses to touch an installation that belongs to a real city. What is loaded
comes from the blocks and services themselves (``kernel.steps.demo_step`` in their ``hooks.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from madoguchi.blocks.people.queries import CastSignIn, cast_sign_ins
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.audit import audit_seal
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.steps import demo_steps, steps_run
from madoguchi.kit.yaml12 import yaml_load


class RealCity(Refused):
    """The installation has a city folder of its own: no fictional people are put into it."""

    message = (
        "MADOGUCHI_CITY が設定されています。デモは架空の市だけで動きます。MADOGUCHI_CITY を外してください。"
    )


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account of the demo. Everybody may know it: its person does not exist, its city neither."""

    username: str
    password: str
    note: str


def demo_sign_ins() -> list[SignIn]:
    """Give the accounts of the fictional city, as its own file names them."""
    city = yaml_load((SAMPLE_CITY / "organisation.yaml").read_text(encoding="utf-8"))
    accounts = city["accounts"]
    return [SignIn(who["staff"], accounts["password"], who["note"]) for who in accounts["who"]]


def demo_residents() -> list[CastSignIn]:
    """Give the residents of the fictional city who have a number from the counter; nobody before it is loaded."""
    return cast_sign_ins(SAMPLE_CITY / "residents.yaml")


def city_must_be_fictional() -> None:
    """
    Refuse to put invented people where real ones live.

    :raises RealCity: the installation belongs to a city.
    """
    if settings.CITY_DIR != SAMPLE_CITY:
        raise RealCity


def demo_load(*, now: datetime) -> None:
    """
    Load the fictional city.

    :raises RealCity: the installation belongs to a city.
    """
    city_must_be_fictional()
    steps_run(demo_steps, actor=system_viewer(on=day_of(now), duty="デモの用意"), now=now)
    audit_seal(now=now)
