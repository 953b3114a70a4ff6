"""What a participant's keys do to an item before it is sent. Pure: a face feeds it key names.

Letters and arrows choose, Enter asks, a second Enter sends; asking is locked until the last page
was seen. Keys that answer never act as commands.
"""

from __future__ import annotations

from attrs import evolve, frozen

from cact_tui.banks.items import Form

LETTERS = "ABCDEFGH"
_ENTRY_KEYS = {"comma": ",", "full_stop": ".", "minus": "-", "decimal": ","}
_ENTRY_LENGTH = 12


@frozen(kw_only=True)
class ItemDesk:
    """The answer in the making.

    `pages` is the number of pages of the layout, `page` counts from 0; `options` are the ids in the
    order shown; `cursor` is the option the arrows stand on, -1 before any; `armed` means that the
    next Enter sends.
    """

    form: Form
    options: tuple[str, ...]
    choose: int = 1
    decimals: int = 0
    pages: int = 1
    page: int = 0
    last_seen: bool = False
    cursor: int = -1
    chosen: tuple[str, ...] = ()
    typed: str = ""
    armed: bool = False
    send: bool = False

    @property
    def ready(self) -> bool:
        """Return whether the answer is complete and the last page was seen."""
        return self.last_seen and self.complete

    @property
    def complete(self) -> bool:
        """Return whether the answer is complete."""
        if self.form is Form.NUMERIC:
            return valid_number(self.typed, self.decimals)
        return len(self.chosen) == self.choose

    @property
    def given(self) -> tuple[str, ...]:
        """Return the answer: option ids in the order shown, or the typed number."""
        if self.form is Form.NUMERIC:
            return (self.typed.replace(",", "."),)
        return tuple(option for option in self.options if option in self.chosen)

    @property
    def letters(self) -> str:
        """Return the letters of the options chosen, as in `B` or `A, D`."""
        return ", ".join(LETTERS[self.options.index(option)] for option in self.given)


def open_desk(desk: ItemDesk) -> ItemDesk:
    """Return a desk as it stands when the item appears."""
    return evolve(desk, last_seen=desk.page == desk.pages - 1)


def turn_to(desk: ItemDesk, page: int) -> ItemDesk:
    """Return the desk on another page, at most the last and at least the first."""
    page = min(max(page, 0), desk.pages - 1)
    seen = desk.last_seen or page == desk.pages - 1
    return evolve(desk, page=page, last_seen=seen, armed=False)


def repaginate(desk: ItemDesk, pages: int) -> ItemDesk:
    """Return the desk for a new layout, on the page that shows the options."""
    page = pages - 1 if desk.page == desk.pages - 1 else min(desk.page, pages - 1)
    return turn_to(evolve(desk, pages=pages), page)


def press(desk: ItemDesk, key: str) -> ItemDesk:
    """Return the desk after a key; an unknown key changes nothing.

    Keys are named as Textual names them (`a`, `enter`, `up`, `pagedown`, `space`, …). The options
    stand on the last page: on the others keys only turn pages, so nobody chooses unseen.
    """
    if key == "escape":
        return evolve(desk, armed=False)
    if key in ("pagedown", "pageup", "right", "left"):
        return turn_to(desk, desk.page + (1 if key in ("pagedown", "right") else -1))
    if desk.page < desk.pages - 1:
        return turn_to(desk, desk.page + (key in ("enter", "space", "down")))
    if key == "enter":
        return _enter(desk)
    if desk.form is Form.NUMERIC:
        return _type(desk, key)
    return _choose(desk, key)


def _enter(desk: ItemDesk) -> ItemDesk:
    if not desk.complete:
        return desk
    return evolve(desk, send=True) if desk.armed else evolve(desk, armed=True)


def _choose(desk: ItemDesk, key: str) -> ItemDesk:
    count = len(desk.options)
    if key in ("up", "down"):
        step = 1 if key == "down" else -1
        start = desk.cursor if desk.cursor >= 0 else (-1 if step > 0 else count)
        return _move(desk, (start + step) % count)
    if key == "space" and desk.cursor >= 0:
        return _mark(desk, desk.cursor)
    letter = key.upper()
    if len(letter) == 1 and letter in LETTERS[:count]:
        return _mark(evolve(desk, cursor=LETTERS.index(letter)), LETTERS.index(letter))
    return desk


def _move(desk: ItemDesk, cursor: int) -> ItemDesk:
    """Arrows choose in a single choice; where several are chosen they only move."""
    moved = evolve(desk, cursor=cursor, armed=False)
    return _mark(moved, cursor) if desk.choose == 1 else moved


def _mark(desk: ItemDesk, index: int) -> ItemDesk:
    option = desk.options[index]
    if desk.choose == 1:
        chosen: tuple[str, ...] = (option,)
    elif option in desk.chosen:
        chosen = tuple(other for other in desk.chosen if other != option)
    elif len(desk.chosen) < desk.choose:
        chosen = (*desk.chosen, option)
    else:
        chosen = (*desk.chosen[1:], option)
    return evolve(desk, chosen=chosen, armed=False)


def _type(desk: ItemDesk, key: str) -> ItemDesk:
    if key == "backspace":
        return evolve(desk, typed=desk.typed[:-1], armed=False)
    character = _ENTRY_KEYS.get(key, key)
    if len(character) != 1 or character not in "0123456789,.-":
        return desk
    return evolve(desk, typed=(desk.typed + character)[:_ENTRY_LENGTH], armed=False)


def valid_number(typed: str, decimals: int) -> bool:
    """Return whether a typed text is a number with at most so many decimals."""
    body = typed.removeprefix("-").replace(",", ".")
    whole, point, fraction = body.partition(".")
    if not whole.isascii() or not whole.isdigit():
        return False
    if not point:
        return True
    return fraction.isascii() and fraction.isdigit() and len(fraction) <= decimals
