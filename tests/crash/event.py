"""Events to take in a folder of their own: the demonstration as it is, or a small one."""

from __future__ import annotations

import re
import shutil
import time
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
CACT = REPOSITORY / ".venv" / "bin" / "cact"

SMALL = """\
format = 1
[event]
id = "crash"
purpose = "rehearsal"
languages = ["id", "en"]
timezone = "{timezone}"
title = {{ id = "Uji", en = "Trial" }}
[store]
url = "sqlite:var/cact.db"
results = "results"
[materials]
banks = "item_banks"
texts = "item_banks/texts/demo.toml"
practice = "latihan"
[battery]
minutes = 75
interruption = {{ away_seconds = 3600, cuts = 3 }}
[[section]]
id = "litdig"
scale = "literasi-digital"
banks = ["literasi-digital"]
minutes = 30
min_items = 5
max_items = 5
start = {{ rule = "random", low = -0.5, high = 0.5 }}
exposure = {{ rule = "randomesque", k = 3 }}
content = {{ rule = "bounds", tag = "pillar", bounds = {{ cakap = [1, 2], etis = [1, 2] }} }}
interim = {{ rule = "eap" }}
final = {{ rule = "eap", beside = "wle" }}
break_after_seconds = 300
title = {{ id = "Literasi", en = "Literacy" }}
introduction = {{ id = "Bagian satu.", en = "Section one." }}
[[section]]
id = "perubahan"
scale = "mengelola-perubahan"
banks = ["mengelola-perubahan"]
min_items = 2
max_items = 4
start = {{ rule = "random", low = -0.5, high = 0.5 }}
exposure = {{ rule = "randomesque", k = 3 }}
interim = {{ rule = "eap" }}
final = {{ rule = "eap", beside = "wle" }}
stop = {{ any = [{{ rule = "se", at_most = 0.55 }}] }}
title = {{ id = "Perubahan", en = "Change" }}
introduction = {{ id = "Bagian dua.", en = "Section two." }}
[profile]
standard_settings = "item_banks/standard_settings"
standards = "item_banks/standards/by_position_group.toml"
categories = "item_banks/standards/categories.toml"
category_set = "mapping"
[policy]
authorisation = "self"
"""


def daytime() -> str:
    """Return a time zone without a midnight soon: an item of yesterday would be closed."""
    ahead = 12 - time.gmtime().tm_hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def small_event(folder: Path) -> Path:
    """Lay out two short sections over the demonstration's banks; return the configuration."""
    return _laid_out(folder, SMALL.format(timezone=daytime()))


def demonstration(folder: Path, *, shorter: bool = False) -> Path:
    """Lay out the event that the repository ships; `shorter` ends its sections early."""
    text = (REPOSITORY / "config.toml").read_text(encoding="utf-8")
    text = re.sub(r'timezone = "[^"]*"', f'timezone = "{daytime()}"', text)
    if shorter:
        text = re.sub(r"(?m)^min_items = \d+", "min_items = 2", text)
        text = re.sub(r"(?m)^max_items = \d+", "max_items = 4", text)
        text = re.sub(r"(?m)^content = .*\n", "", text)
    return _laid_out(folder, text)


def _laid_out(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(REPOSITORY / "item_banks", folder / "item_banks")
    for key in folder.rglob("*.key.toml"):
        key.chmod(0o600)
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def every_form(folder: Path) -> Path:
    """Lay out the demonstration with two items of each form, all of which come up."""
    path = demonstration(folder)
    bank = folder / "item_banks" / "literasi_digital.toml"
    head, *items = bank.read_text(encoding="utf-8").split("\n[[item]]")
    kept: Counter[str] = Counter()
    for number, item in enumerate(items):
        form = _value(item, "form") + (" of a case" if "\nstimulus = " in item else "")
        kept[form] += 1
        if kept[form] > (1 if "single_choice" in form else 2):
            items[number] = re.sub(r'(?m)^status = "operational"', 'status = "suspended"', item)
    bank.write_text("\n[[item]]".join((head, *items)), encoding="utf-8")
    count = sum('\nstatus = "operational"' in item for item in items)
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^(min|max)_items = \d\d$", rf"\1_items = {count}", text, count=2)
    text = re.sub(r"(?m)^min_items = 6\nmax_items = 14$", "min_items = 2\nmax_items = 2", text)
    text = re.sub(r"(?m)^content = .*\n", "", text)
    path.write_text(text, encoding="utf-8")
    return path


def _value(item: str, key: str) -> str:
    found = re.search(rf'(?m)^{key} = "([^"]*)"', item)
    if found is None:
        raise ValueError(f"an item without {key}")
    return found[1]
