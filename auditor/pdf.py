"""Plain text as a PDF for fax and post: A4, one typeface, page numbers.

The typeface is the one that comes with ReportLab, which knows Western and Central European letters; where the
text needs others, DejaVu is used if the system has it. A character that neither has is printed as "?" and
never dropped. Where ReportLab was left out of an installation, everything but PDFs is still written.
"""

import io
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_SIZE = 10
_LEADING = 13.5
_MARGIN = 62
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def available() -> bool:
    """Whether PDFs can be written here."""
    return find_spec("reportlab") is not None


def pdf(title: str, body: str) -> bytes:
    """A PDF of `title` in bold size and `body`, line by line."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    width, height = A4
    font = _font(title + body)
    glyphs = font.face.charToGlyph
    data = io.BytesIO()
    # Without the time of writing: the same letter is the same file.
    canvas = Canvas(data, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    page, y = 1, height - _MARGIN
    for size, line in _lines(title, body, font, width - 2 * _MARGIN):
        if y < _MARGIN:
            _number(canvas, font.fontName, page, width)
            canvas.showPage()
            page, y = page + 1, height - _MARGIN
        canvas.setFont(font.fontName, size)
        canvas.drawString(_MARGIN, y, "".join(c if ord(c) in glyphs else "?" for c in line))
        y -= _LEADING
    _number(canvas, font.fontName, page, width)
    canvas.save()
    return data.getvalue()


def _number(canvas: Any, font: str, page: int, width: float) -> None:
    canvas.setFont(font, 8)
    canvas.drawRightString(width - _MARGIN, _MARGIN / 2, str(page))


def _lines(title: str, body: str, font: Any, width: float) -> Iterator[tuple[int, str]]:
    from reportlab.lib.utils import simpleSplit

    for line in simpleSplit(title, font.fontName, 13, width):
        yield 13, line
    yield _SIZE, ""
    for line in body.splitlines():
        text = line.replace("\u00a0", " ")
        if font.stringWidth(text, _SIZE) <= width:
            yield _SIZE, text
            continue
        indent = " " * (len(text) - len(text.lstrip()))
        for piece in textwrap.wrap(text, 70, subsequent_indent=indent, break_on_hyphens=False):
            yield _SIZE, piece


@cache
def _fonts() -> tuple[Any, ...]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    fonts = [TTFont("Vera", "Vera.ttf")]
    if _DEJAVU.is_file():
        fonts.append(TTFont("DejaVuSans", str(_DEJAVU)))
    for font in fonts:
        pdfmetrics.registerFont(font)
    return tuple(fonts)


def _font(text: str) -> Any:
    """The typeface that has the most of `text`."""
    used = {ord(character) for character in text if character.isprintable()}
    return min(_fonts(), key=lambda font: len(used - font.face.charToGlyph.keys()))
