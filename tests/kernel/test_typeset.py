"""Invariants of typesetting: texts are data, the same gives the same, and the fonts are the house's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from madoguchi.kernel import typeset as door
from madoguchi.kernel.clock import now
from madoguchi.kernel.health import health_run
from madoguchi.kernel.typeset import FontMissing, TypesetFailed, fonts, typeset, typeset_parts
from tests.support.judges import pdf_text

TEMPLATE = """
#import "house.typ": data, house, paragraphs
#show: house.with(title: data.title, flipped: true, note: data.title)
= #data.title
#for one in data.lines [#paragraphs(one) #pagebreak(weak: true)]
"""
MARKUP = '#let x = 1 *太字* _斜体_ $1+1$ @here <label> `code` // 注 \\ [角] #eval("1") = 見出し'
FONT = "noto_cjk_sans_jp_regular"

pytestmark = pytest.mark.slow


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "letter.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


@pytest.fixture
def data_folder(tmp_path: Path, settings: Any) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    settings.DATA_DIR = folder
    return folder


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_markup_in_a_text_is_printed_as_it_stands(template: Path) -> None:
    found = pdf_text(typeset(template, {"title": "題", "lines": [MARKUP]}))
    assert squeezed(MARKUP) in found


def test_the_same_gives_the_same_bytes(template: Path) -> None:
    data = {"title": "題", "lines": ["文", "髙𠮷﨑"]}
    assert typeset(template, data) == typeset(template, dict(reversed(data.items())))


def test_a_pdf_carries_its_own_font_and_no_date(template: Path, tmp_path: Path) -> None:
    made = typeset(template, {"title": "題", "lines": ["髙𠮷﨑"]})
    assert b"CreationDate" not in made
    if shutil.which("pdffonts") is None:
        pytest.skip("poppler (pdffonts) is not installed")
    (tmp_path / "x.pdf").write_bytes(made)
    lines = subprocess.run(
        ["pdffonts", tmp_path / "x.pdf"], capture_output=True, check=True, text=True
    ).stdout
    rows = lines.splitlines()[2:]
    assert rows
    assert all("NotoSansCJKjp" in row and " yes yes yes " in row for row in rows)


def test_parts_are_bound_in_order_and_numbered_through(template: Path) -> None:
    parts = [{"title": f"第{part}部", "lines": ["あ" * 5, "い" * 5]} for part in (1, 2, 3)]
    made = typeset_parts(template, parts)
    whole = pdf_text(made)
    assert [whole.index(f"第{part}部") for part in (1, 2, 3)] == sorted(
        whole.index(f"第{part}部") for part in (1, 2, 3)
    )
    # The foot of a page: the title, then its number; each part has two pages.
    for part, page in ((1, 1), (1, 2), (2, 3), (2, 4), (3, 5), (3, 6)):
        assert f"第{part}部{page}" in whole
    assert b"/Lang" in made


def test_a_wrong_template_says_where(tmp_path: Path) -> None:
    path = tmp_path / "wrong.typ"
    path.write_text("#nothing(1)", encoding="utf-8")
    with pytest.raises(TypesetFailed, match=r"unknown variable: nothing[\s\S]*main\.typ:1"):
        typeset(path, {})


def test_a_template_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "endless.typ"
    path.write_text("#for a in range(100000) { for b in range(10000) { let c = a + b } }", encoding="utf-8")
    monkeypatch.setattr(door, "SECONDS", 1)
    with pytest.raises(TypesetFailed, match="no end after 1 seconds"):
        typeset(path, {})


def test_no_template_asks_the_network_for_a_package() -> None:
    house = Path(door.__file__).parents[2]
    templates = [*house.rglob("*.typ")]
    assert len(templates) >= 2
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert '"@' not in text, f"{path}: Typst would download a package; write what it does yourself"
        assert "eval(" not in text, f"{path}: eval makes markup of what people typed"


def test_templates_are_part_of_the_package() -> None:
    project = Path(door.__file__).parents[3] / "pyproject.toml"
    data = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    assert "**/*.typ" in data["madoguchi"]


def test_the_city_puts_its_own_font_first(data_folder: Path) -> None:
    assert fonts.font_folders()[1] == [fonts.FAMILY]
    (data_folder / "fonts").mkdir()
    (data_folder / "fonts" / "README.txt").write_text("書体", encoding="utf-8")
    assert fonts.font_folders()[1] == [fonts.FAMILY]
    shutil.copy(_font_file(), data_folder / "fonts" / "own.otf")
    folders, families = fonts.font_folders()
    assert folders[0] == data_folder / "fonts"
    assert families == [fonts.FAMILY, fonts.FAMILY]


def test_without_any_font_the_refusal_says_what_to_do(
    template: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "PACKAGES", ("no_such_font_package",))
    with pytest.raises(FontMissing) as refused:
        typeset(template, {"title": "題", "lines": []})
    for word in ("fonts-noto-cjk", "fonts-ipafont", str(data_folder / "fonts"), "make setup"):
        assert word in str(refused.value.message)


def test_a_font_of_the_city_is_enough(
    template: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _font_file()
    monkeypatch.setattr(fonts, "PACKAGES", ("no_such_font_package",))
    (data_folder / "fonts").mkdir()
    shutil.copy(source, data_folder / "fonts" / "own.otf")
    assert "文書" in pdf_text(typeset(template, {"title": "題", "lines": ["文書"]}))


@pytest.mark.django_db
def test_the_health_page_names_the_fonts_or_what_to_do(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> Any:
        return next(line for line in health_run(now=now()) if line.name == "fonts")

    assert (ask().state, ask().text) == ("ok", fonts.FAMILY)
    monkeypatch.setattr(fonts, "PACKAGES", ("no_such_font_package",))
    assert ask().state == "warn"
    assert "fonts-noto-cjk" in ask().remedy


def test_the_page_process_does_not_load_the_library() -> None:
    code = "import sys, madoguchi.kernel.typeset; sys.exit('typst' in sys.modules or 'pypdf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _font_file() -> Path:
    folder = next(path for path in fonts.font_folders()[0] if path.name == FONT)
    return next(folder.glob("*.otf"))
