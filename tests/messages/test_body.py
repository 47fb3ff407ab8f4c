"""The text of a notice becomes paragraphs, line breaks and links, and nothing else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.messages.body import body_html

ODD = st.text(alphabet=st.sampled_from(list("<>&\"'/\\:;=()ahtpsjx.。 あ\n\t\r{}%")), max_size=80)
PARTS = st.sampled_from(
    [
        "http://a.jp",
        "https://a.jp/x?y=1&z=2",
        "javascript:alert(1)",
        "<script>",
        "</p>",
        "\n\n",
        "。",
        "(",
        ")",
        "あ",
    ]
)


class Seen(HTMLParser):
    """Collects what a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(text: str) -> Seen:
    parser = Seen()
    parser.feed(body_html(text))
    parser.close()
    return parser


@given(st.one_of(st.text(max_size=80), ODD, st.lists(PARTS, max_size=12).map("".join)))
def test_only_paragraphs_breaks_and_links_and_no_letter_is_lost(text: str) -> None:
    found = seen(text)
    for tag, attrs in found.tags:
        assert tag in ("p", "br", "a")
        assert set(attrs) <= {"href", "rel"}
        if tag == "a":
            assert str(attrs["href"]).startswith(("http://", "https://"))
            assert attrs["rel"] == "noopener noreferrer"
    assert "".join(found.text.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("一行目\n二行目\n\n次の段落", "<p>一行目<br>二行目</p>\n<p>次の段落</p>"),
        ("空白の行\n\u3000\nの後", "<p>空白の行</p>\n<p>の後</p>"),
        (
            "詳しくはhttps://example.jp/aを見る。",
            '<p>詳しくは<a href="https://example.jp/a" rel="noopener noreferrer">https://example.jp/a</a>を見る。</p>',
        ),
        (
            "(see https://example.jp/a_(b)).",
            '<p>(see <a href="https://example.jp/a_(b)" rel="noopener noreferrer">https://example.jp/a_(b)</a>).</p>',
        ),
        ("<b>太字</b> & javascript:alert(1)", "<p>&lt;b&gt;太字&lt;/b&gt; &amp; javascript:alert(1)</p>"),
        ("http://", "<p>http://</p>"),
        ("", ""),
    ],
)
def test_examples(text: str, html: str) -> None:
    assert body_html(text) == html
