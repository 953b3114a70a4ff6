"""The participant's clock as text."""

from __future__ import annotations

from attrs import evolve, frozen

from cact_tui.delivery.views import ClockReading
from cact_tui.i18n import translator

NO_CLOCK = ClockReading(left=None)

_KEY = "[F3]"


@frozen
class ClockFace:
    """The last reading, and whether the participant wants to see it."""

    reading: ClockReading = NO_CLOCK
    wanted: bool = True

    @property
    def shown(self) -> bool:
        """Return whether the time stands on the screen."""
        return self.wanted or self.reading.forced

    def toggled(self) -> ClockFace:
        """Return it after the participant asked to show or hide it."""
        return evolve(self, wanted=not self.wanted)

    def text(self, language: str) -> str:
        """Return what stands at the right end of the head; nothing without a budget."""
        left = self.reading.left
        if left is None:
            return ""
        _ = translator(language).gettext
        time = _("{time} left").format(time=spelled(left)) if self.shown else _("clock hidden")
        return f"{time}  {_KEY}"


def spelled(seconds: int) -> str:
    """Return seconds as HH:MM:SS."""
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
