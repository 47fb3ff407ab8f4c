"""How high a wrapped text stands in a spreadsheet's row, and where to cut one that no row can hold."""

from __future__ import annotations

# At 9 points a line takes this much; a row of a spreadsheet holds at most 409 points.
LINE_POINTS = 12.5
ROW_LINES = 32
# A unit of a column's width is 7 pixels; a half-width letter at 9 points takes 5 to 6 of them.
LETTERS_PER_UNIT = 1.35


def lines_of(paragraph: str, width: int) -> int:
    """Estimate the lines of a paragraph in a column so many units wide, rather one too many than one too few."""
    # Whatever is not ASCII counts as full width.
    letters = 2 * len(paragraph) - len(paragraph.encode("ascii", "ignore"))
    room = max(int(width * LETTERS_PER_UNIT) - 1, 2)
    return max(-(-letters // room), 1)


def split_to_height(text: str, width: int) -> list[str]:
    """Cut a text into pieces that each fit into a row, between paragraphs where there are any."""
    pieces: list[str] = []
    held: list[str] = []
    lines = 0
    for paragraph in _paragraphs(text, width):
        more = lines_of(paragraph, width)
        if held and lines + more > ROW_LINES:
            # What stands over a text stays with it.
            heads = [held.pop()] if len(held) > 1 and held[-1].startswith("＜") else []
            pieces.append("\n".join(held))
            held, lines = heads, len(heads)
        held.append(paragraph)
        lines += more
    return [*pieces, "\n".join(held)]


def _paragraphs(text: str, width: int) -> list[str]:
    most = max(int(width * LETTERS_PER_UNIT) - 1, 2) * ROW_LINES // 2
    return [
        paragraph[start : start + most]
        for paragraph in text.split("\n")
        for start in range(0, max(len(paragraph), 1), most)
    ]
