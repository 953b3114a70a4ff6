"""A small app to try terminals with; runs on the local one when started as a program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from textual import events
    from textual.driver import Driver


class Demo(App[str]):
    """Shows the last key and a text field; `enter` in it ends the app with its text."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Input { height: 1; border: none; padding: 0; }
    Input > .input--cursor { text-style: none; }
    #title { text-style: bold; background: $primary; }
    """
    AUTO_FOCUS: ClassVar[str | None] = None

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self.keys: list[str] = []
        self.pasted: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static(" LITERASI DIGITAL · bagian 2 dari 5", id="title")
        yield Static("─" * 40)
        yield Static("kunci: -", id="key", markup=False)
        yield Static(f"besar: {self.size.width}x{self.size.height}", id="size")
        yield Input(placeholder="ketik", id="text")

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        self.keys.append(event.key)
        self.query_one("#key", Static).update(f"kunci: {event.key}")
        if event.key == "f2":
            self.query_one(Input).focus()
        if event.key == "f10":
            msg = "sengaja"
            raise RuntimeError(msg)

    def on_paste(self, event: events.Paste) -> None:
        self.pasted.append(event.text)

    def on_resize(self, event: events.Resize) -> None:
        self.query_one("#size", Static).update(f"besar: {event.size.width}x{event.size.height}")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.exit(event.value)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from cact_tui.terminal.local import LocalTerminal, NoTerminal

    try:
        terminal = LocalTerminal(on_stop=print) if "--stubborn" in sys.argv else LocalTerminal()
        result = terminal.run(Demo)
    except NoTerminal as error:
        sys.exit(f"NoTerminal: {error}")
    sys.stdout.write(f"hasil: {result}\n")
