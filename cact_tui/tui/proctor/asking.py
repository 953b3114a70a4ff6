"""Which dialog asks for what. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import translator
from cact_tui.text import clean_line
from cact_tui.tui.entry import Entry, filled
from cact_tui.tui.proctor.commands import Step
from cact_tui.tui.proctor.dialogs import (
    LONGEST_FIELD,
    LONGEST_MESSAGE,
    AskForm,
    AskMinutes,
    AskOne,
    AskReason,
    AskText,
    AskYes,
    Dialog,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cact_tui.proctoring.board.duty import Order
    from cact_tui.proctoring.board.rows import Place


def asked(
    step: Step,
    order: Order,
    title: str,
    language: str,
    *,
    places: Sequence[Place],
    groups: Sequence[str],
) -> Dialog:
    """Return the dialog of one step; `places` are other sittings, `groups` position groups."""
    _ = translator(language).gettext
    match step:
        case Step.REASON:
            return AskReason(order=order, title=title, language=language)
        case Step.MINUTES:
            return AskMinutes(order=order, title=title, language=language)
        case Step.YES:
            return AskYes(order=order, title=title, language=language)
        case Step.FORM:
            note = _groups(groups, language)
            return AskForm(
                order=order, title=title, language=language, labels=_form(language), note=note
            )
        case Step.SITTING | Step.FIELD:
            choices = _sittings(places, language) if step is Step.SITTING else _fields(language)
            prompt = _("Which?")
            return AskOne(
                order=order, title=title, language=language, choices=choices, prompt=prompt
            )
    return _text(step, order, title, language, groups)


def _text(step: Step, order: Order, title: str, language: str, groups: Sequence[str]) -> Dialog:
    """Return what asks for words: a message, a seat, or the new value of a field."""
    _ = translator(language).gettext
    entry, into, note = Entry(limit=LONGEST_MESSAGE), "", ""
    prompt = _("Message (shown until it is acknowledged):")
    if step is Step.SEAT:
        entry, prompt = Entry(limit=12), _("To which seat?")
    elif step is Step.VALUE:
        into = order.text
        before = clean_line(order.rows[0].name) if into == "name" else ""
        entry, prompt = filled(before, LONGEST_FIELD), _fields(language).get(into, into)
        note = _groups(groups, language) if into == "position_group" else ""
    return AskText(
        order=order,
        title=title,
        language=language,
        prompt=prompt,
        entry=entry,
        into=into,
        note=note,
    )


def _form(language: str) -> Mapping[str, str]:
    _ = translator(language).gettext
    return {
        "number": _("number"),
        "name": _("name"),
        "group": _("position group"),
        "seat": _("seat"),
    }


def _fields(language: str) -> Mapping[str, str]:
    _ = translator(language).gettext
    return {
        "name": _("name"),
        "nip": _("NIP"),
        "position": _("position"),
        "position_group": _("position group"),
        "unit": _("unit"),
    }


def _groups(groups: Sequence[str], language: str) -> str:
    """Return which position groups there are; empty where anything is one."""
    _ = translator(language).gettext
    label = _("position group")
    return f"{label}: {', '.join(groups)}" if groups else ""


def _sittings(places: Sequence[Place], language: str) -> Mapping[str, str]:
    _ = translator(language).gettext
    states = {"open": _("open"), "planned": _("not open yet")}
    return {
        one.id: f"{one.date} {clean_line(one.room)} {one.wave} ({states[one.state]})"
        for one in places
        if one.state in states
    }
