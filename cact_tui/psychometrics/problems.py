"""What may be wrong with parameters and settings, as values, and the errors that carry them."""

from collections.abc import Iterable

import attrs


@attrs.frozen(kw_only=True)
class ParameterProblem:
    """One thing that is wrong with the parameters of an item."""

    key: str
    message: str
    cure: str


@attrs.frozen(kw_only=True)
class SettingProblem:
    """One thing that is wrong with the settings of a rule."""

    key: str
    message: str
    cure: str


class ParameterError(ValueError):
    """The parameters of an item cannot be used.

    Attributes:
        item_id: The item.
        key: The parameter, or ``model``.
        message: What is wrong.
        cure: What to do about it.
    """

    def __init__(self, item_id: str, key: str, message: str, cure: str) -> None:
        super().__init__(f"item {item_id}: {key}: {message} {cure}")
        self.item_id = item_id
        self.key = key
        self.message = message
        self.cure = cure


class SettingsError(ValueError):
    """The settings of a rule cannot be used; ``problems`` says all that is wrong."""

    def __init__(self, problems: Iterable[SettingProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.key}: {p.message} {p.cure}" for p in self.problems))


class RuleFaultError(RuntimeError):
    """A plug-in returned something that is no answer: a wrong shape, or scores that are not finite.

    Attributes:
        slot: The place of the plug-in in the rules (``selector``, ``content`` and so on).
        message: What it returned.
    """

    def __init__(self, slot: str, message: str) -> None:
        super().__init__(f"{slot}: {message}")
        self.slot = slot
        self.message = message
