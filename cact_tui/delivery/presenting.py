"""Views of items, made from what the engine chose and the session remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.banks.items import FALSE_OPTION, TRUE_OPTION, Form
from cact_tui.delivery.views import Choice, ItemView
from cact_tui.i18n import pick, translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.banks.items import Item, Stimulus
    from cact_tui.sessions.events import ItemShown
    from cact_tui.sessions.plan import BatteryPlan


def item_view(
    item: Item,
    stimulus: Stimulus | None,
    options: Sequence[str],
    language: str,
    *,
    position: int,
    heading: str,
    place: str,
) -> ItemView:
    """Return an item as it is shown: its texts in one language, its options in the order given."""
    return ItemView(
        language=language,
        heading=heading,
        place=place,
        item=item.id,
        position=position,
        form=item.form,
        stem=pick(item.stem, language),
        options=_options(item, options, language),
        choose=item.choose,
        unit=pick(item.entry.unit, language) if item.entry else "",
        decimals=item.entry.decimals if item.entry else 0,
        stimulus_title=pick(stimulus.title, language) if stimulus else "",
        stimulus=pick(stimulus.text, language) if stimulus else "",
    )


def chosen_item(plan: BatteryPlan, shown: ItemShown, language: str) -> ItemView:
    """Return the item that the engine chose, under its section's title."""
    item, section = plan.item(shown.item), plan.battery.section(shown.section)
    view = item_view(
        item,
        plan.stimulus(item),
        shown.options,
        language,
        position=shown.position,
        heading=pick(section.title, language).upper(),
        place="",
    )
    return evolve(view, at_most=section.longest)


def _options(item: Item, order: Sequence[str], language: str) -> tuple[Choice, ...]:
    if item.form is Form.TRUE_FALSE:
        _ = translator(language).gettext
        labels = {TRUE_OPTION: _("True"), FALSE_OPTION: _("False")}
    else:
        labels = {option.id: pick(option.text, language) for option in item.options}
    return tuple(Choice(option, labels[option]) for option in order)
