"""What is taken and what is refused, and that the refusal says what to do; what a picture tells besides is gone."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from madoguchi.blocks.files.actions import (
    FileActive,
    FileBroken,
    FileEmpty,
    FileKindRefused,
    FileLocked,
    FileNameLies,
    FileRefused,
    FileSwells,
    FileTooLarge,
    MyNumberInFile,
    file_take,
)
from madoguchi.blocks.files.intake import images
from madoguchi.blocks.files.testing import (
    image_sample,
    jpeg_sample,
    pdf_sample,
    png_sample,
    xlsx_sample,
)
from madoguchi.blocks.files.types import FileRules, Taken

WHERE = b"N 35 41.123"


def take(name: str, content: bytes, **how: Any) -> Taken:
    return file_take(name=name, content=content, **how)


def kept(name: str, content: bytes) -> bytes:
    return take(name, content).body.read()


def taken_or_words(name: str, content: bytes) -> Taken | str:
    """Give what was taken, or the words of the refusal; any other exception is a fault."""
    try:
        return take(name, content)
    except FileRefused as refused:
        return str(refused.message)


def exif(orientation: int = 1) -> Image.Exif:
    """Make what a telephone writes: the place, the owner and how it was held."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x013B] = "Taro Shiken"
    told.get_ifd(0x8825)[2] = (35.0, 41.0, 7.4)
    told.get_ifd(0x8825)[29] = WHERE.decode()
    return told


# Kinds and names


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("写真.JPG", jpeg_sample(), "image/jpeg"),
        ("図.png", png_sample(), "image/png"),
        ("図.webp", image_sample("WEBP"), "image/webp"),
        ("図面.pdf", pdf_sample(), "application/pdf"),
        ("名簿.xlsx", xlsx_sample(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("メモ.txt", "めも".encode(), "text/plain; charset=utf-8"),
        ("一覧.csv", "番号,名前\r\n1,試験\r\n".encode("cp932"), "text/plain; charset=shift_jis"),
        ("一覧.csv", b"\xff\xfe" + "番号\t名前".encode("utf-16-le"), "text/plain; charset=utf-16le"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_file_of_each_kind_is_taken(name: str, content: bytes, media_type: str) -> None:
    taken = take(name, content)
    assert (taken.name, taken.media_type) == (name, media_type)
    assert taken.size == len(taken.body.read())


def test_a_name_without_an_end_gets_the_one_that_fits() -> None:
    assert take("申請書", pdf_sample()).name == "申請書.pdf"
    assert take("v1.2 の図", png_sample()).name == "v1.2 の図.png"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("写真.jpg", png_sample(), ["写真.jpg", "PNGの画像", "「.png」"]),
        ("請求書.pdf", b"just words", ["文字だけ", "「.txt」"]),
        ("ページ.html", b"<html><script>", ["「.txt」"]),
        ("表.docx", xlsx_sample(), ["Excel", "「.xlsx」"]),
    ],
)
def test_a_name_that_lies_is_refused_in_words(name: str, content: bytes, words: list[str]) -> None:
    with pytest.raises(FileNameLies) as refused:
        take(name, content)
    assert all(word in str(refused.value.message) for word in words)


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("_dot_", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00" + bytes(60), "Windows"),
        (b"\x7fELF" + bytes(60), "Linux"),
        (b"#!/bin/sh\nrm -rf /\n", "スクリプト"),
        (_zip(a_dot_txt=b"x"), "ZIP"),
        (b"Rar!\x1a\x07\x00" + bytes(9), "RAR"),
        (b"\x1f\x8b\x08" + bytes(9), "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        (b"GIF89a" + bytes(30), "GIF"),
        (b"\0\0\0\x18ftypheic" + bytes(30), "HEIC"),
        (bytes(range(256)), "この種類"),
    ],
)
def test_what_nobody_takes_is_named(content: bytes, words: str) -> None:
    with pytest.raises(FileKindRefused) as refused:
        take("a.txt", content)
    assert words in str(refused.value.message)
    assert ".docx" in str(refused.value.message)


def test_a_place_takes_only_what_it_says() -> None:
    rules = FileRules(bytes_most=1_000, kinds=frozenset({"text"}))
    assert take("a.txt", b"x" * 1_000, rules=rules)
    with pytest.raises(FileTooLarge, match=r"0\.97"):
        take("a.txt", b"x" * 1_001, rules=rules)
    for content in (png_sample(size=(4, 4)), pdf_sample(pages=1)):
        with pytest.raises(FileKindRefused):
            take("a", content, rules=FileRules(kinds=frozenset({"text"})))
    with pytest.raises(FileKindRefused):
        take("a", xlsx_sample(), rules=FileRules(kinds=frozenset({"text"})))
    with pytest.raises(FileEmpty):
        take("a.txt", b"")


def test_more_than_the_limit_is_not_even_read() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    source = Endless()
    with pytest.raises(FileTooLarge):
        file_take(name="a.txt", content=source, rules=FileRules(bytes_most=3 << 20))
    assert source.given <= 4 << 20


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(min_size=1, max_size=400), name=st.sampled_from(["a.pdf", "a.png", "a.xlsx", "a.txt"])
)
def test_whatever_comes_is_taken_or_refused_in_words(content: bytes, name: str) -> None:
    heads = {"a.pdf": b"%PDF-1.4\n", "a.png": b"\x89PNG\r\n\x1a\n", "a.xlsx": b"PK\x03\x04", "a.txt": b""}
    taken = taken_or_words(name, heads[name] + content)
    assert taken if isinstance(taken, str) else taken.body.read() == heads[name] + content


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Nd"]), min_size=1, max_size=300),
    letters=st.sampled_from(["utf-8", "cp932"]),
)
def test_a_text_is_kept_byte_for_byte(text: str, letters: str) -> None:
    content = text.encode(letters, "ignore") or b"x"
    try:
        assert kept("a.txt", content) == content
    except FileKindRefused:
        # It begins as something else does.
        assert (
            content[:4] in (b"Rar!", b"PK\x03\x04")
            or content[:2] in (b"#!", b"MZ", b"BM")
            or content[:1] in (b"{", b"I", b"M", b"O", b"G")
        )


# Texts


@pytest.mark.parametrize("letters", ["utf-8", "cp932", "utf-16"])
def test_a_text_with_a_my_number_is_refused_with_its_line(letters: str) -> None:
    # 12345678901 with its check digit by the rule of the kit.
    from madoguchi.kit.check_characters import my_number_fits

    number = next(n for n in (f"12345678901{last}" for last in range(10)) if my_number_fits(n))
    for written in (number, f"{number[:4]}-{number[4:8]}-{number[8:]}"):
        with pytest.raises(MyNumberInFile, match="2行目"):
            take("a.csv", f"名前,番号\n試験太郎,{written}\n".encode(letters))
    assert take("a.csv", f"名前,番号\n試験太郎,{number[:11]}\n".encode(letters))


def test_a_text_with_control_characters_is_no_text() -> None:
    with pytest.raises(FileBroken):
        take("a.txt", b"x" * 5_000 + b"\x00\x01")


# Pictures


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_a_picture_tells_besides_is_gone_and_the_picture_stays(form: str) -> None:
    how: dict[str, Any] = {
        "exif": exif(),
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    }
    if form == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Author", "Taro Shiken")
        told.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Taro Shiken</x:xmpmeta>")
        how["pnginfo"] = told
    else:
        how["xmp"] = b"<x:xmpmeta>Taro Shiken</x:xmpmeta>"
    if form == "JPEG":
        how |= {"comment": b"Taro Shiken", "progressive": True}
    content = image_sample(form, **how)
    assert b"Taro Shiken" in content
    assert WHERE in content
    taken = take(f"a.{form.lower()}", content)
    cleaned = taken.body.read()
    assert b"Taro Shiken" not in cleaned
    assert WHERE not in cleaned
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(cleaned)) as after:
        assert after.tobytes() == before.tobytes(), "not bit for bit the same picture"
        assert not dict(after.getexif())
        assert after.info.get("icc_profile") == how["icc_profile"]
        assert (taken.width, taken.height) == after.size == (640, 480)
    assert kept(f"a.{form.lower()}", cleaned) == cleaned


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_that_lies_on_its_side_stands_up(form: str, orientation: int) -> None:
    how: dict[str, Any] = {"lossless": True} if form == "WEBP" else {}
    source = Image.new("RGB", (48, 32), "white")
    source.paste("red", (0, 0, 16, 16))
    out = io.BytesIO()
    source.save(out, form, exif=exif(orientation), **how)
    taken = take(f"a.{form.lower()}", out.getvalue())
    with Image.open(taken.body) as after:
        assert 0x0112 not in after.getexif()
        assert after.size == (taken.width, taken.height) == ((32, 48) if orientation >= 5 else (48, 32))
        corners = {
            2: "right top",
            3: "right bottom",
            4: "left bottom",
            5: "left top",
            6: "right top",
            7: "right bottom",
            8: "left bottom",
        }[orientation].split()
        x = 4 if corners[0] == "left" else after.width - 5
        y = 4 if corners[1] == "top" else after.height - 5
        red = after.convert("RGB").getpixel((x, y))
        assert isinstance(red, tuple)
        assert red[0] > 200
        assert red[1] < 80


def test_what_stands_behind_a_picture_goes() -> None:
    for name, content in (
        ("a.jpg", jpeg_sample()),
        ("a.png", png_sample()),
        ("a.webp", image_sample("WEBP")),
    ):
        assert kept(name, content + b"MZ a program, or a film") == kept(name, content)


def test_a_picture_that_ends_early_is_broken() -> None:
    for name, content in (
        ("a.jpg", jpeg_sample()),
        ("a.png", png_sample()),
        ("a.webp", image_sample("WEBP")),
    ):
        with pytest.raises(FileBroken):
            take(name, content[: len(content) // 2])


def test_a_picture_of_too_many_pixels_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PIXELS_MOST", 10_000)
    with pytest.raises(FileSwells):
        take("a.png", png_sample(size=(200, 100)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_picture_with_a_changed_byte_is_taken_or_refused(data: st.DataObject) -> None:
    name, content = data.draw(st.sampled_from(SMALL))
    place = data.draw(st.integers(0, len(content) - 1))
    changed = content[:place] + bytes([data.draw(st.integers(0, 255))]) + content[place + 1 :]
    taken = taken_or_words(name, changed)
    assert taken if isinstance(taken, str) else taken.size


SMALL = [
    ("a.jpg", jpeg_sample(size=(16, 16), exif=exif(6))),
    ("a.png", png_sample(size=(16, 16), exif=exif(3))),
    ("a.webp", image_sample("WEBP", size=(16, 16), exif=exif(8))),
]


# PDF


def pdf_with(change: Any) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(width=200, height=200)
    change(writer, page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _action(kind: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("x")})


PDFS: dict[str, Any] = {
    "script of the document": lambda writer, page: writer._root_object.update(
        {NameObject("/Names"): DictionaryObject({NameObject("/JavaScript"): DictionaryObject()})}
    ),
    "carried file": lambda writer, page: writer.add_attachment("a.exe", b"MZ"),
    "launch on opening": lambda writer, page: writer._root_object.update(
        {NameObject("/OpenAction"): _action("/Launch")}
    ),
    "script of a page": lambda writer, page: page.update(
        {NameObject("/AA"): DictionaryObject({NameObject("/O"): _action("/JavaScript")})}
    ),
    "script to which nothing leads": lambda writer, page: writer._add_object(_action("/JavaScript")),
}


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_that_does_something_is_refused(name: str) -> None:
    with pytest.raises(FileActive) as refused:
        take("a.pdf", pdf_with(PDFS[name]))
    assert "印刷し直した" in str(refused.value.message)


def test_a_plain_pdf_counts_its_pages_and_is_kept_as_it_is() -> None:
    content = pdf_sample(pages=3)
    taken = take("a.pdf", content)
    assert taken.pages == 3
    assert taken.body.read() == content
    links = pdf_with(
        lambda writer, page: writer._root_object.update({NameObject("/OpenAction"): _action("/GoTo")})
    )
    assert take("a.pdf", links).pages == 1


def test_a_locked_pdf_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_sample())))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(FileLocked):
        take("a.pdf", out.getvalue())


def test_a_pdf_that_is_none_is_broken() -> None:
    for content in (b"%PDF-1.7\nhello", pdf_sample()[:100]):
        with pytest.raises(FileBroken):
            take("a.pdf", content)


# Office documents


@pytest.mark.parametrize(
    "part",
    [
        "xl__vbaProject_dot_bin",
        "xl__activeX__activeX1_dot_xml",
        "xl__embeddings__oleObject1_dot_bin",
        "xl__macrosheets__sheet1_dot_xml",
    ],
)
def test_a_document_with_a_program_is_refused(part: str) -> None:
    with pytest.raises(FileActive):
        take("a.xlsx", xlsx_sample(**{part: b"x"}))


def test_a_document_whose_template_is_elsewhere_is_refused() -> None:
    relation = (
        b'<Relationships><Relationship Id="r1" TargetMode="External" Target="http://x/" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
    )
    with pytest.raises(FileActive):
        take("a.xlsx", xlsx_sample(xl___rels__x_dot_rels=relation))
    assert take(
        "a.xlsx", xlsx_sample(xl___rels__x_dot_rels=relation.replace(b"attachedTemplate", b"hyperlink"))
    )


def test_a_document_that_swells_is_refused_unread() -> None:
    with pytest.raises(FileSwells):
        take("a.xlsx", xlsx_sample(xl__media__bomb_dot_bin=bytes(30 << 20)))


def test_a_document_with_entities_is_refused() -> None:
    with pytest.raises(FileBroken):
        take("a.xlsx", xlsx_sample(xl__x_dot_xml=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'))


def test_a_document_locked_with_a_password_is_refused() -> None:
    ole = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    with pytest.raises(FileLocked):
        take("a.xlsx", ole)


def test_a_locked_archive_is_refused() -> None:
    content = bytearray(xlsx_sample())
    # The flag "encrypted" of the first part in the directory.
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileLocked):
        take("a.xlsx", bytes(content))


def test_a_document_with_a_broken_part_is_refused() -> None:
    content = xlsx_sample()
    with pytest.raises(FileBroken):
        take("a.xlsx", content[: len(content) // 2])
    assert zlib.crc32(content)
