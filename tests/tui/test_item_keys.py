"""What the keys of an item do on pages without options."""

from __future__ import annotations

import pytest

from cact_tui.banks.items import Form
from cact_tui.delivery.item_desk import ItemDesk, open_desk, press


def _desk(pages: int) -> ItemDesk:
    return open_desk(ItemDesk(form=Form.SINGLE_CHOICE, options=("o1", "o2", "o3"), pages=pages))


@pytest.mark.parametrize("key", ["a", "up", "home", "x"])
def test_nobody_chooses_where_no_options_stand(key: str) -> None:
    assert press(_desk(3), key).chosen == ()


@pytest.mark.parametrize("key", ["enter", "space", "down", "pagedown", "right"])
def test_forward_keys_turn_the_page_where_no_options_stand(key: str) -> None:
    assert press(_desk(3), key).page == 1


def test_going_back_after_choosing_does_not_send_from_another_page() -> None:
    desk = _desk(2)
    for key in ("enter", "b", "enter", "pageup", "enter"):
        desk = press(desk, key)
    assert (desk.page, desk.armed, desk.send, desk.chosen) == (1, False, False, ("o2",))
