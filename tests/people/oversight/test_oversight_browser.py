"""In a browser: an office answers a review on one screen with scripts and without, on a telephone too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from madoguchi.blocks.people.models import AccessReviewItem
from madoguchi.blocks.people.testing import (
    account_make,
    holding_make,
    office_make,
    post_make,
    review_make,
    role_with,
    sign_in,
)
from madoguchi.kernel.clock import now, today
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 360)])
def test_a_chief_ends_one_role_and_keeps_the_rest(
    house: Callable[..., House], scripts: bool, width: int
) -> None:
    office = office_make(name="住民課")
    for number in range(3):
        post_make(office=office, key=f"jumin.{number}", title=f"主査{number}", roles=["testing/one"])
    chief = holding_make(post=post_make(office=office, roles=[role_with("people.review_answer")]))
    client = Client()
    sign_in(client, account_make(chief.staff))
    review = review_make(now=now(), due_on=today() + timedelta(days=14))
    browser = house(client=client, scripts=scripts, width=width)
    page = browser.open(f"/office/rights/reviews/{review.quarter}/")
    asked = page.locator("section", has=page.get_by_role("heading", name="住民課 主査1"))
    asked.get_by_text("終える", exact=True).click()
    page.get_by_role("button", name="残りはすべて続けると答える").click()
    # Nothing is recorded while a reason is missing, and the message leads to its field.
    page.locator(".mg-errors").wait_for()
    # axe is a script itself.
    assert not scripts or browser.violations() == []
    assert not AccessReviewItem.objects.exclude(answer="").exists()
    page.locator(".mg-errors a").click()
    asked = page.locator("section", has=page.get_by_role("heading", name="住民課 主査1"))
    asked.get_by_role("textbox").fill("係がなくなった")
    page.get_by_role("button", name="残りはすべて続けると答える").click()
    page.get_by_text("3件に答えました。").wait_for()
    answers = dict(AccessReviewItem.objects.exclude(answer="").values_list("post", "answer"))
    assert answers == {"jumin.0": "keep", "jumin.1": "end", "jumin.2": "keep"}
    assert not scripts or browser.violations() == []
