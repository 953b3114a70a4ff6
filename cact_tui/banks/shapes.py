"""How ids in banks and standards are written."""

from __future__ import annotations

import re

from cact_tui.toml_source import Shape

ITEM_ID = Shape(re.compile(r"[A-Za-z0-9-]{1,32}"), "letters, digits and hyphens, 1 to 32")
STIMULUS_ID = Shape(re.compile(r"[A-Za-z0-9-]{1,64}"), "letters, digits and hyphens, 1 to 64")
OPTION_ID = Shape(re.compile(r"[a-z0-9-]{1,16}"), "lower-case letters, digits and hyphens, 1 to 16")
VERSION = Shape(re.compile(r"[A-Za-z0-9._-]{1,32}"), "letters, digits, dots and hyphens, 1 to 32")
