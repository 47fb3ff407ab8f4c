"""
Pictures: proved by decoding them, and freed of what they tell besides the picture (place, device, name, earlier thumbnail).

Where the picture stands upright its data stay as they are, bit for bit, and only the other parts of the file go; ICC
profiles stay, for they are part of the picture. A picture that lies on its side is turned: PNG and WebP without loss, JPEG
with the tables it was written with, which loses less than the eye sees.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import get_sampling

from madoguchi.blocks.files.intake.refusals import FileBroken, FileRefused, FileSwells

PIXELS_MOST: Final = 64_000_000
SIDE_MOST: Final = 30_000
ORIENTATION: Final = 0x0112
_PNG_KEPT: Final = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
        b"cICP",
    }
)
_WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"})


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture without what it told besides, and its size in pixels as it is seen."""

    content: bytes
    width: int
    height: int


def image_clean(body: IO[bytes], name: str) -> Cleaned:
    """
    Prove and clean a picture.

    :param name: ``jpeg``, ``png`` or ``webp``.
    :raises FileSwells: more pixels than a picture has. :raises FileBroken: it cannot be decoded to its end.
    """
    body.seek(0)
    content = body.read()
    body.seek(0)
    try:
        with warnings.catch_warnings():
            # What Pillow warns of is in the parts that go.
            warnings.simplefilter("ignore")
            cleaned = _cleaned(content, name)
            # The cleaned one is what is kept: it must be a picture, and the same one.
            with _opened(cleaned, name) as image:
                image.load()
                return Cleaned(cleaned, image.width, image.height)
    except FileRefused:
        raise
    except Exception as error:
        raise FileBroken from error


def thumbnail(body: IO[bytes], *, side: int) -> bytes:
    """Make a small WebP of a picture that was cleaned, at most ``side`` pixels wide and high."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(body, formats=("JPEG", "PNG", "WEBP")) as image:
            # A large JPEG is decoded at a fraction of its size.
            image.draft("RGB", (side * 2, side * 2))
            small = image.convert(
                "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
            )
            small.thumbnail((side, side))
            out = io.BytesIO()
            small.save(out, "WEBP", quality=80, method=4)
            return out.getvalue()


def _opened(content: bytes, name: str) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=(name.upper(),))
    if image.width * image.height > PIXELS_MOST or max(image.size) > SIDE_MOST:
        image.close()
        raise FileSwells
    return image


def _cleaned(content: bytes, name: str) -> bytes:
    with _opened(content, name) as image:
        image.load()
        orientation = _orientation(image)
        if orientation in range(2, 9):
            return _stripped(_turned(image, name), name)
    return _stripped(content, name)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:
        # What cannot be read turns nothing.
        return 1


def _turned(image: Image.Image, name: str) -> bytes:
    how: dict[str, Any] = {"icc_profile": image.info.get("icc_profile")}
    if name == "jpeg":
        how |= {"qtables": image.quantization, "subsampling": get_sampling(image), "optimize": True}  # type: ignore[attr-defined]
    elif name == "webp":
        how |= {"lossless": True, "exact": True}
    upright = ImageOps.exif_transpose(image)
    out = io.BytesIO()
    upright.save(out, name.upper(), **how)
    return out.getvalue()


def _stripped(content: bytes, name: str) -> bytes:
    return {"jpeg": _jpeg, "png": _png, "webp": _webp}[name](content)


# JPEG (ITU-T T.81, Annex B): marker segments, then coded data, until the end of the image.


def _jpeg(content: bytes) -> bytes:
    out, place = bytearray(b"\xff\xd8"), 2
    while True:
        while content[place : place + 2] == b"\xff\xff":
            place += 1
        if content[place : place + 1] != b"\xff":
            raise FileBroken
        marker = content[place + 1]
        if marker == 0xD9:
            # What stands behind the end (a film, a second picture, anything) is no part of the picture.
            return bytes(out + b"\xff\xd9")
        (length,) = struct.unpack_from(">H", content, place + 2)
        end = place + 2 + length
        if length < 2 or end > len(content):
            raise FileBroken
        if _segment_kept(marker, content[place + 4 : end]):
            out += content[place:end]
        if marker == 0xDA:
            stop = _coded_end(content, end)
            out += content[end:stop]
            end = stop
        place = end


def _segment_kept(marker: int, data: bytes) -> bool:
    if marker == 0xE0:
        return data.startswith(b"JFIF\0")
    if marker == 0xE2:
        return data.startswith(b"ICC_PROFILE\0")
    if marker == 0xEE:
        return data.startswith(b"Adobe")
    # Tables, frames and scans; no other application's data and no comments.
    return not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _coded_end(content: bytes, place: int) -> int:
    """Find the marker behind coded data: one that is neither a stuffed byte nor a restart."""
    while (place := content.find(b"\xff", place)) >= 0 and place + 1 < len(content):
        following = content[place + 1]
        if following == 0xFF:
            place += 1
        elif following == 0 or 0xD0 <= following <= 0xD7:
            place += 2
        else:
            return place
    raise FileBroken


# PNG (ISO/IEC 15948): chunks with a length before and a check behind.


def _png(content: bytes) -> bytes:
    out = bytearray(content[:8])
    for kind, whole in _png_chunks(content):
        if kind in _PNG_KEPT:
            out += whole
        if kind == b"IEND":
            return bytes(out)
    raise FileBroken


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        whole = content[place : place + 12 + length]
        if len(whole) != 12 + length:
            return
        yield whole[4:8], whole
        place += len(whole)


# WebP (RFC 9649): RIFF chunks, padded to an even length; the flags of VP8X say which there are.


def _webp(content: bytes) -> bytes:
    (told,) = struct.unpack_from("<I", content, 4)
    end = min(8 + told, len(content))
    out, place = bytearray(b"WEBP"), 12
    while place + 8 <= end:
        kind = content[place : place + 4]
        (length,) = struct.unpack_from("<I", content, place + 4)
        data = content[place + 8 : place + 8 + length]
        if len(data) != length:
            raise FileBroken
        if kind == b"VP8X" and data:
            # Bits 0x08 and 0x04: there is EXIF, there is XMP.
            data = bytes([data[0] & ~0x0C]) + data[1:]
        if kind in _WEBP_KEPT:
            out += kind + struct.pack("<I", length) + data + b"\0" * (length % 2)
        place += 8 + length + length % 2
    return b"RIFF" + struct.pack("<I", len(out)) + bytes(out)
