"""Sealed bytes are read with their key, whole or not at all, and tell nothing of what is in them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.files.sealing import HEADER, PIECE, SealBroken, Unsealed, sealed_pieces, sealed_write

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
EDGES = [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7]


def seal(plain: bytes) -> tuple[bytes, str]:
    out = io.BytesIO()
    mac = sealed_write(io.BytesIO(plain), out, key=KEY)
    return out.getvalue(), mac


def opened(sealed: bytes, key: bytes = KEY) -> bytes:
    return b"".join(sealed_pieces(io.BytesIO(sealed), key=key))


@pytest.mark.parametrize("length", EDGES)
def test_what_is_sealed_is_opened_again_at_every_edge(length: int) -> None:
    plain = bytes(i * 7 % 251 for i in range(length))
    sealed, _mac = seal(plain)
    assert opened(sealed) == plain
    assert Unsealed(io.BytesIO(sealed), key=KEY).read() == plain
    assert plain[:16] not in sealed or length < 16


@given(st.binary(min_size=1, max_size=500))
def test_content_in_is_content_out(plain: bytes) -> None:
    assert opened(seal(plain)[0]) == plain


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        opened(seal(b"secret")[0], OTHER)


def test_equal_contents_do_not_tell() -> None:
    (first, mac), (second, other) = seal(b"the same" * 100), seal(b"the same" * 100)
    assert first != second
    assert mac != other


@given(st.data())
def test_a_changed_byte_is_refused(data: st.DataObject) -> None:
    sealed, _mac = seal(b"x" * 300)
    place = data.draw(st.integers(0, len(sealed) - 1))
    flipped = bytes([sealed[place] ^ data.draw(st.integers(1, 255))])
    with pytest.raises(SealBroken):
        opened(sealed[:place] + flipped + sealed[place + 1 :])


def test_pieces_left_out_doubled_exchanged_and_cut_off_are_refused() -> None:
    sealed, _mac = seal(bytes(3 * PIECE))
    step = PIECE + 16
    head, *pieces = [
        sealed[:HEADER],
        *(sealed[HEADER + i * step : HEADER + (i + 1) * step] for i in range(3)),
    ]
    for wrong in ([0, 1], [0, 2], [1, 0, 2], [0, 1, 1, 2], [0, 1, 2, 2], []):
        with pytest.raises(SealBroken):
            opened(head + b"".join(pieces[i] for i in wrong))
    for cut in (0, 5, HEADER, HEADER + 10, len(sealed) - 1):
        with pytest.raises(SealBroken):
            opened(sealed[:cut])
