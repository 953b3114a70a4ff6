"""The cyclic garbage collector, out of the way while a document is read."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector: a large document is a million objects and no garbage.

    What was read counts as old afterwards, as if it had outlived the collections left out, so that
    none has to walk over it at once.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # else objects that somebody froze would be thawed
            gc.freeze()
            gc.unfreeze()
        gc.enable()
