"""The gallery in a real browser: accessibility, narrow screens, keyboard, scripts on and off, the policy."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from madoguchi.ui.gallery import SAMPLES
from madoguchi.ui.views import gallery
from tests.support.browser import axe_faults

pytestmark = pytest.mark.browser

SITE = "http://localhost:9"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'"
LANGUAGES = ["ja", "ja-easy", "en"]


@pytest.fixture
def visit(open_page) -> Callable:
    """Open a page rendered in this process; every other request but for static files fails."""

    def go(path: str = "/gallery/", *, language: str = "ja", html: str = "", **options):
        page = open_page(**options)
        faults: list[str] = []
        posted: list[str] = []

        def answer(route) -> None:
            url = urlsplit(route.request.url)
            if url.path.startswith("/static/"):
                found = finders.find(url.path.removeprefix("/static/"))
                if not found:
                    faults.append(f"missing {url.path}")
                    route.fulfill(status=404)
                    return
                kind = mimetypes.guess_type(str(found))[0] or "text/plain"
                route.fulfill(body=Path(found).read_bytes(), content_type=kind)
            elif route.request.method == "POST":
                posted.append(url.path)
                route.fulfill(status=204)
            else:
                with translation.override(language):
                    request = RequestFactory().get(f"{url.path}?{url.query}")
                    request._messages = []
                    body = html or gallery(request).content.decode()
                route.fulfill(
                    body=body,
                    content_type="text/html; charset=utf-8",
                    headers={"Content-Security-Policy": POLICY},
                )

        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.route("**/*", answer)
        page.goto(SITE + path)
        page.faults, page.posted = faults, posted
        return page

    return go


@pytest.mark.parametrize("shell", ["portal", "office"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_accessibility_violations_on_a_phone(visit, language, shell):
    page = visit(f"/gallery/?shell={shell}", language=language, width=320)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert axe_faults(page) == []
    assert page.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violations_on_a_desk(visit, scheme):
    assert axe_faults(visit(width=1280, color_scheme=scheme)) == []


@pytest.mark.parametrize("name", ["404", "403", "403_csrf", "400", "500"])
def test_error_pages(visit, name):
    html = render_to_string(f"{name}.html", {}, None if name == "500" else RequestFactory().get("/"))
    page = visit("/x/", html=html, width=320)
    assert axe_faults(page) == []


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(visit, width, scripts):
    page = visit(width=width, scripts=scripts, language="en")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough(visit):
    page = visit(width=320)
    small = page.evaluate(
        """[...document.querySelectorAll('button, .mg-button, select, input:not([type=hidden]), .mg-menu a, .mg-pages a')]
        .filter((e) => e.checkVisibility() && !e.closest('label'))
        .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height]).filter(([, height]) => height < 44)"""
    )
    assert small == []


def test_focus_is_visible_on_every_stop(visit):
    page = visit(width=1280)
    page.evaluate("document.activeElement.blur()")
    for _ in range(40):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]; })()"
        )
        assert ring == ["solid", "3px"], page.evaluate("document.activeElement.outerHTML.slice(0, 120)")


def test_dialog_opens_closes_and_gives_the_focus_back(visit):
    page = visit(width=320)
    opener = page.locator("#sample-dialog > button")
    opener.click()
    modal = page.locator("#sample-dialog dialog")
    assert modal.is_visible()
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    assert not modal.is_visible()
    assert page.evaluate("document.activeElement.parentElement.id") == "sample-dialog"


def test_dialog_unfolds_without_scripts(visit):
    page = visit(scripts=False)
    body = page.locator("#sample-dialog .mg-dialog__body")
    assert not body.is_visible()
    page.locator("#sample-dialog > summary").click()
    assert body.is_visible()


def test_menu_opens_with_and_without_scripts(visit):
    for scripts in (True, False):
        page = visit(width=320, scripts=scripts)
        assert not page.locator("#menu").is_visible()
        page.locator("a[href='#menu']").click()
        assert page.locator("#menu").is_visible()


def test_tabs_by_keyboard(visit):
    page = visit()
    page.locator("#tab-a-tab").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#tab-b").is_visible()
    assert not page.locator("#tab-a").is_visible()
    plain = visit(scripts=False)
    assert plain.locator("#tab-a").is_visible()
    assert plain.locator("#tab-b").is_visible()


def test_error_summary_takes_the_focus_and_leads_to_the_field(visit):
    page = visit(width=320)
    assert page.evaluate("document.activeElement.className") == "mg-errors"
    page.locator(".mg-errors a").nth(2).click()
    assert page.evaluate("document.activeElement.id") == "id_b-way_0"


def test_date_hint_and_counter(visit):
    page = visit()
    field = page.locator("#id_a-born_on")
    hint = page.locator("#id_a-born_on + output")
    for typed, shown in [
        ("R8.4.1", "2026年4月1日"),
        ("昭和64年1月7日", "昭和64年1月7日"),
        ("平成元年1月8日", "1989年1月8日"),
        ("２０２６－０４－０１", "令和8年4月1日"),
        ("20240229", "2024年2月29日"),
    ]:
        field.fill(typed)
        assert shown in hint.text_content(), typed
    for typed in ["令和8年2月30日", "昭和65年1月1日", "平成1年1月7日", "8.4.1", "きのう", ""]:
        field.fill(typed)
        assert hint.text_content() == "", typed
    page.locator("#id_a-reason").fill("あ" * 201)
    assert page.locator("#id_a-reason ~ .mg-counter .is-over").text_content() == "201 / 200"


def test_time_out_warning_asks_and_prolongs(visit):
    html = render_to_string("ui/base.html", {}, RequestFactory().get("/"))
    sample = next(sample for sample in SAMPLES if sample.key == "timeout")
    warning = render_to_string(sample.template_name, {}, None).replace(
        'data-timeout="1800"', 'data-timeout="121"'
    )
    page = visit("/x/", html=html.replace("</main>", f"<h1>x</h1>{warning}</main>"))
    modal = page.locator("dialog.mg-modal")
    modal.wait_for(state="visible", timeout=5000)
    assert page.locator("[data-timeout-left]").text_content() in {"2:00", "1:59"}
    assert axe_faults(page) == []
    modal.locator("button").click()
    modal.wait_for(state="hidden", timeout=5000)
    assert page.posted == ["/x/"] or page.posted == ["/"]


def test_file_names_are_shown(visit, tmp_path):
    proof = tmp_path / "通帳.pdf"
    proof.write_bytes(b"x" * 3000)
    page = visit()
    page.locator("#id_a-proof").set_input_files(proof)
    assert page.locator("#id_a-proof ~ .mg-files").text_content() == "通帳.pdf（3 KB）"


def test_print_shows_the_content_alone(visit):
    page = visit()
    page.emulate_media(media="print")
    for hidden in ("#menu", ".mg-footer", ".mg-skip", ".mg-breadcrumb", ".mg-actions"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("h1").is_visible()
    assert page.locator(".mg-table").first.is_visible()


def test_forced_colours_keep_charts_and_states(visit):
    page = visit(forced_colors="active")
    assert axe_faults(page) == []
    assert page.locator(".mg-chart__bar").first.is_visible()
