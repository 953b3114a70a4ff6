"""A bank of a dozen items of every form, as authors would write it, and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.banks.key_reading import parse_keys
from cact_tui.banks.reading import parse_bank
from cact_tui.errors import Problems

if TYPE_CHECKING:
    from cact_tui.banks.items import ItemBank
    from cact_tui.banks.keys import KeyBook

HEAD = """\
format = 1
[bank]
id = "{bank}"
version = "2026.1"
purpose = "{purpose}"
metric = "m-2026"
languages = ["en", "id"]
D = 1.0
title = {{ en = "Small", id = "Kecil" }}
[[scale]]
id = "{scale}"
name = {{ en = "Scale", id = "Skala" }}
[[scale]]
id = "other"
name = {{ en = "Other", id = "Lain" }}
"""
ITEM = """
[[item]]
id = "{prefix}-{number:02d}"
version = 1
scale = "{scale}"
form = "{form}"
status = "{status}"
expected_seconds = 30
tags = {{ area = "{area}" }}
stem = {{ en = "Which, number {number}?", id = "Mana, nomor {number}?" }}
{more}"""
OPTION = '[[item.option]]\nid = "{id}"\ntext = {{ en = "Option {id}", id = "Pilihan {id}" }}\n'
PARAMETERS = """\
[item.parameters]
model = "2PL"
a = 1.4
b = {b:.2f}
[item.provenance]
method = "assumed"
rule = "spread"
"""
ENTRY = 'entry = { unit = { en = "people", id = "orang" }, decimals = 1 }\n'
FORMS = ("single_choice",) * 8 + ("numeric", "true_false", "multiple_response", "unshuffled")
KEYS = {
    "single_choice": 'correct = "b1"',
    "unshuffled": 'correct = "b1"',
    "numeric": "value = 2.5",
    "true_false": 'correct = "t"',
    "multiple_response": 'correct = ["b1", "b3"]',
}


def bank_text(
    bank: str = "small",
    scale: str = "scale",
    prefix: str = "I",
    purpose: str = "demonstration",
    status: str = "operational",
) -> str:
    """Return the bank: twelve items of one scale, then one of another and one still in draft."""
    made = [HEAD.format(bank=bank, scale=scale, purpose=purpose)]
    kinds = [(form, scale, status) for form in FORMS]
    kinds += [("single_choice", "other", status), ("single_choice", scale, "draft")]
    for number, (form, own, at) in enumerate(kinds, start=1):
        more = ENTRY if form == "numeric" else ""
        more += "choose = 2\n" * (form == "multiple_response")
        more += "shuffle = false\n" * (form == "unshuffled")
        if form not in ("numeric", "true_false"):
            more += "".join(OPTION.format(id=f"b{n}") for n in range(1, 5))
        if purpose != "practice":
            more += PARAMETERS.format(b=-2 + (number * 5) % 12 / 3)
        made.append(
            ITEM.format(
                prefix=prefix,
                number=number,
                scale=own,
                form="single_choice" if form == "unshuffled" else form,
                status=at,
                area="ab"[number % 2],
                more=more,
            )
        )
    return "".join(made)


def key_text(bank: str = "small", prefix: str = "I") -> str:
    """Return the key: the first option is right, `t` is, two and a half is."""
    entries = [
        f"[key.{prefix}-{number:02d}]\n{KEYS[form]}\n"
        for number, form in enumerate((*FORMS, "single_choice", "single_choice"), start=1)
    ]
    return f'format = 1\nbank = "{bank}"\n' + "".join(entries)


def small_bank(bank: str = "small", scale: str = "scale", prefix: str = "I") -> ItemBank:
    """Return the bank as read."""
    problems = Problems()
    read = parse_bank(bank_text(bank, scale, prefix).encode(), f"{bank}.toml", problems)
    assert not list(map(str, problems))
    assert read is not None
    return read


def small_keys(bank: ItemBank, prefix: str = "I") -> KeyBook:
    """Return its keys as read."""
    problems = Problems()
    read = parse_keys(key_text(bank.id, prefix).encode(), "small.key.toml", bank, problems)
    assert not list(map(str, problems))
    assert read is not None
    return read
