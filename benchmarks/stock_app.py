"""What a stock Textual app does for the same question: header, radio buttons, footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import Footer, Header, RadioButton, RadioSet, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult


class StockApp(App[None]):
    """One question with five options."""

    def compose(self) -> ComposeResult:
        """Return the stock widgets."""
        yield Header()
        yield Static("English? A question of three lines.\n" * 3)
        yield RadioSet(*(RadioButton(f"Option {letter} of the question") for letter in "ABCDE"))
        yield Footer()


if __name__ == "__main__":
    StockApp().run()
