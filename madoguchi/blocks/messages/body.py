"""The text of a notice as HTML: paragraphs, line breaks and links, and nothing else."""

from __future__ import annotations

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

# ASCII only: in Japanese a sentence goes on right behind an address, without a blank.
_LINK = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\[\]]*")
_TRAILING = ".,;:!?'*"


def body_html(text: str) -> SafeString:
    """Give safe HTML for a plain text: a blank line begins a paragraph, web addresses become links."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t\u3000]*\n", lines)]
    shown = [
        f"<p>{'<br>'.join(_line(line) for line in part.split(chr(10)))}</p>" for part in paragraphs if part
    ]
    return mark_safe("\n".join(shown))  # noqa: S308 - every part is escaped below


def _line(line: str) -> str:
    shown, done = [], 0
    for found in _LINK.finditer(line):
        address = _trimmed(found[0])
        shown.append(escape(line[done : found.start()]))
        shown.append(format_html('<a href="{}" rel="noopener noreferrer">{}</a>', address, address))
        done = found.start() + len(address)
    return "".join([*shown, escape(line[done:])])


def _trimmed(address: str) -> str:
    """Leave out what belongs to the sentence: a full stop, or a bracket that was opened before the address."""
    while address[-1] in _TRAILING or (address[-1] == ")" and address.count(")") > address.count("(")):
        address = address[:-1]
    return address
