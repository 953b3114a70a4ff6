"""Text as a PDF: A4 pages of lines in the fixed-width fonts that every reader has (PDF 1.4).

Cards and minutes are plain lines, so this is all they need. Characters are those of Windows-1252,
which holds every letter of Indonesian and English; others are written without their marks, or as a
question mark. The same lines give the same bytes.
"""

from __future__ import annotations

import unicodedata
import zlib
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 595, 842
"""A4 in points."""

MARGIN = 50
LEADING = 1.35
"""From one line to the next, in sizes of the line."""

CHARACTER = 0.6
"""Width of every character of Courier, in sizes."""


@frozen
class PdfLine:
    """A line of text in a size in points; an empty one is a gap of that size."""

    text: str = ""
    size: float = 10.0
    bold: bool = False


def columns(size: float) -> int:
    """Return how many characters of a size fit between the margins."""
    return int((WIDTH - 2 * MARGIN) / (size * CHARACTER))


def pdf(pages: Sequence[Sequence[PdfLine]], title: str) -> bytes:
    """Return a document; a line that does not fit its page or its width is cut off.

    The caller breaks pages and lines: `columns` says how long a line may be.
    """
    count = len(pages)
    kids = " ".join(f"{5 + 2 * index} 0 R" for index in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        _font("Courier"),
        _font("Courier-Bold"),
    ]
    for index, lines in enumerate(pages):
        objects += [_page(6 + 2 * index), _content(lines)]
    return _document(objects, _title(title))


def _font(name: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
    )


def _page(content: int) -> bytes:
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
        f"/Resources << /Font << /F0 3 0 R /F1 4 0 R >> >> /Contents {content} 0 R >>"
    ).encode()


def _content(lines: Sequence[PdfLine]) -> bytes:
    parts = [b"BT"]
    at = float(HEIGHT - MARGIN)
    for line in lines:
        at -= line.size * LEADING
        if line.text and at >= MARGIN:
            text = _text(line.text[: columns(line.size)])
            where = f"/F{int(line.bold)} {line.size:g} Tf 1 0 0 1 {MARGIN} {at:.2f} Tm "
            parts.append(where.encode() + text + b" Tj")
    stream = zlib.compress(b"\n".join((*parts, b"ET")), 9)
    head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + stream + b"\nendstream"


def _title(title: str) -> bytes:
    """Return a string outside the pages: UTF-16 in hex, for these know no Windows-1252."""
    return b"<FEFF" + title.encode("utf-16-be").hex().upper().encode() + b">"


def _text(text: str) -> bytes:
    """Return a string of PDF in Windows-1252 without controls; what ends a string is escaped."""
    encoded = b"".join(map(_encoded, text))
    for special in (b"\\", b"(", b")"):
        encoded = encoded.replace(special, b"\\" + special)
    return b"(" + encoded + b")"


def _encoded(character: str) -> bytes:
    if not character.isprintable():
        return b" "
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        base = unicodedata.normalize("NFKD", character).encode("cp1252", "ignore")
        return base or b"?"


def _document(objects: Sequence[bytes], title: bytes) -> bytes:
    """Return objects numbered from 1, behind each other, with the table of where they begin."""
    whole = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    numbered = (*objects, b"<< /Title " + title + b" >>")
    for number, content in enumerate(numbered, 1):
        places.append(len(whole))
        whole += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = len(whole)
    whole += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    whole += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    whole += (
        f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R /Info {len(numbered)} 0 R >>\n"
        f"startxref\n{table}\n%%EOF\n"
    ).encode()
    return bytes(whole)
