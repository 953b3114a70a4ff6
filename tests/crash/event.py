"""Events to take in a folder of their own: the demonstration as it is, or a small one."""

from __future__ import annotations

import re
import shutil
import time
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
        text = re.sub(r"(?m)^min_items = \d+", "min_items = 4", text)
        text = re.sub(r"(?m)^max_items = \d+", "max_items = 5", text)
        text = re.sub(r"(?m)(bounds = \{ \w+ =).*", r"\1 [1, 2] } }", text)
    return _laid_out(folder, text)


def _laid_out(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(REPOSITORY / "item_banks", folder / "item_banks")
    for key in folder.rglob("*.key.toml"):
        key.chmod(0o600)
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path
