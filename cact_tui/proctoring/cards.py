"""Cards with PINs, as text and as PDF: four to a page, to be cut apart and handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import translator
from cact_tui.pdf import PdfLine, columns, pdf
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.proctoring.roster import Card

PER_PAGE = 4
_LINES = 10
_PIN_SIZE = 20.0


def card_lines(card: Card, title: str, language: str) -> tuple[str, ...]:
    """Return a card as lines; the PIN is grouped so that it can be read aloud."""
    _ = translator(language).gettext
    who, sitting = card.registration, card.sitting
    place = _("{date}, {room}, wave {wave}").format(
        date=sitting.date, room=sitting.room, wave=sitting.wave
    )
    facts = (
        (_("Number"), who.number),
        (_("Name"), who.name),
        (_("Sitting"), place),
        (_("Seat"), who.seat or "–"),
        (_("PIN"), spaced(card.pin)),
    )
    wide = max(len(label) for label, _value in facts)
    return (
        clean_line(title),
        "",
        *(f"{label:{wide}}  {clean_line(value)}" for label, value in facts),
        "",
        _("Valid for this sitting only. Show it to nobody."),
    )


def spaced(pin: str) -> str:
    """Return a PIN in groups of three digits."""
    return " ".join(pin[at : at + 3] for at in range(0, len(pin), 3))


def cards_text(cards: Sequence[Card], title: str, language: str) -> str:
    """Return cards as text, with a line to cut along between them."""
    cut = f"\n{'- ' * 30}\n"
    return cut.join("\n".join(card_lines(card, title, language)) + "\n" for card in cards)


def cards_pdf(cards: Sequence[Card], title: str, language: str) -> bytes:
    """Return cards as a PDF."""
    pages = [
        [line for card in some for line in _printed(card, title, language)]
        for some in _pages(cards)
    ]
    return pdf(pages, title)


def _pages(cards: Sequence[Card]) -> list[Sequence[Card]]:
    return [cards[at : at + PER_PAGE] for at in range(0, len(cards), PER_PAGE)]


def _printed(card: Card, title: str, language: str) -> list[PdfLine]:
    """Return a card of fixed height, its PIN large, ending in a line to cut along."""
    lines = card_lines(card, title, language)
    pin = spaced(card.pin)
    printed = [
        PdfLine(line, _PIN_SIZE, bold=True) if line.endswith(pin) else PdfLine(line)
        for line in lines
    ]
    gaps = [PdfLine()] * (_LINES - len(printed))
    return [*printed, *gaps, PdfLine("- " * (columns(8) // 2), 8), PdfLine()]
