"""A folder with a small event, to be spoiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sessions.small_bank import bank_text, key_text

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
format = 1
[event]
id = "small-event"
purpose = "mapping"
languages = ["en", "id"]
timezone = "Asia/Jakarta"
title = { en = "Event", id = "Acara" }
[store]
url = "sqlite:var/cact.db"
results = "results"
[materials]
banks = "banks"
texts = "texts.toml"
[battery]
minutes = 30
interruption = { away_seconds = 60, cuts = 3 }
[[section]]
id = "one"
scale = "scale"
banks = ["small"]
minutes = 10
min_items = 2
max_items = 2
start = { rule = "random", low = -0.5, high = 0.5 }
selector = { rule = "mfi" }
exposure = { rule = "randomesque", k = 3 }
content = { rule = "bounds", tag = "area", bounds = { a = [1, 2], b = [1, 2] } }
interim = { rule = "eap", prior = { mean = 0.0, sd = 1.0 } }
final = { rule = "eap", reference = { mean = 0.0, sd = 1.0 }, beside = "wle" }
stop = { any = [{ rule = "se", at_most = 0.9 }] }
title = { en = "One", id = "Satu" }
introduction = { en = "Section one.", id = "Bagian satu." }
[profile]
[policy]
authorisation = "self"
warnings_minutes = [5, 1]
"""
TEXTS = "format = 1\n" + "".join(
    f'{name} = {{ en = "Text.", id = "Teks." }}\n'
    for name in ("rules", "privacy", "adaptive", "finish")
)


def lay_out(folder: Path) -> Path:
    """Write the event into a folder; return its configuration."""
    (folder / "banks").mkdir(parents=True)
    (folder / "banks" / "small.toml").write_text(bank_text(), encoding="utf-8")
    key = folder / "banks" / "small.key.toml"
    key.write_text(key_text(), encoding="utf-8")
    key.chmod(0o600)
    (folder / "texts.toml").write_text(TEXTS, encoding="utf-8")
    path = folder / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def edit(path: Path, *changes: tuple[str, str]) -> Path:
    """Replace words in a file, each of which must be there."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path
