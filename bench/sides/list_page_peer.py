"""The peer's side of ``list_page``: the plain Django project beside us, run by its own Python."""

from __future__ import annotations

import os
from typing import Any

from bench.sides.orders import orders_answer
from bench.sides.pages import Page

orders: dict[str, Any] = {}


def prepare() -> dict[str, Any]:
    """Make the table, fill it, and open the page once."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.djbench.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    from django.core.wsgi import get_wsgi_application

    from bench.djbench.models import applications_make

    applications_make()
    orders["page"] = Page(get_wsgi_application(), "/list")
    orders["page"].warm_up()
    return orders["page"].look()


def turn(seconds: float) -> dict[str, float]:
    """Show the page for so long."""
    return orders["page"].turn(seconds)


orders |= {"prepare": prepare, "turn": turn}

if __name__ == "__main__":
    orders_answer(orders)
