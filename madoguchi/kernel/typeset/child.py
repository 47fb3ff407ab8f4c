"""The process that typesets: an order as JSON comes in, a PDF goes out."""

from __future__ import annotations

import json
import sys
from typing import Any

import typst


def main() -> int:
    """Read the order (files by name, folders of fonts, inputs) and write the PDF; complain on stderr."""
    order = json.loads(sys.stdin.buffer.read())
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(order["fonts"])
    )
    # Typst takes files by name too, which its declared types leave out.
    files: Any = {name: text.encode() for name, text in order["files"].items()}
    try:
        made = typst.compile(files, font_paths=fonts, ignore_system_fonts=True, sys_inputs=order["inputs"])
    except typst.TypstError as error:
        sys.stderr.write(f"{error.message}\n{error.diagnostic}\n")
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
