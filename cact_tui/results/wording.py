"""Reasons in words: each code of a `Reason` as a sentence, in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import translator
from cact_tui.results.findings import Reason

if TYPE_CHECKING:
    from cact_tui.i18n import Translator

NOT_BEGUN = "not_begun"
NOT_ENDED = "not_ended"
INVALIDATED = "invalidated"
TOO_FEW_ITEMS = "too_few_items"
BLUEPRINT = "blueprint"
BLUEPRINT_UNCHECKED = "blueprint_unchecked"
WIDE_POSTERIOR = "wide_posterior"
ESTIMATE_DIFFERS = "estimate_differs"
NO_LEVELS = "no_levels"
UNMEASURED = "unmeasured"
NOT_IN_BATTERY = "not_in_battery"
MEASURED_TWICE = "measured_twice"
NO_STANDARDS = "no_standards"
NO_GROUP = "no_group"
UNKNOWN_GROUP = "unknown_group"
NOTHING_TESTED = "nothing_tested"
INCONCLUSIVE = "inconclusive"


def reason(
    code: str,
    *,
    scale: str | None = None,
    found: float | None = None,
    needed: float | None = None,
    about: str | None = None,
) -> Reason:
    """Return a reason with its words in English."""
    bare = Reason(code=code, words="", scale=scale, found=found, needed=needed, about=about)
    words = reason_words(bare, translator("en"))
    return Reason(code=code, words=words, scale=scale, found=found, needed=needed, about=about)


def reason_words(one: Reason, t: Translator) -> str:
    """Return a reason as a sentence in a translator's language."""
    return _template(one.code, t).format(
        about=one.about or "",
        found=_figure(one.found),
        needed=_figure(one.needed),
        scale=one.scale or "",
    )


def _template(code: str, t: Translator) -> str:
    templates = {
        NOT_BEGUN: t.gettext("the section never began"),
        NOT_ENDED: t.gettext("the section was not brought to its end"),
        INVALIDATED: t.gettext("somebody else sat the test, so it counts for nobody"),
        TOO_FEW_ITEMS: t.gettext("{found} items answered, at least {needed} are needed"),
        BLUEPRINT: t.gettext("the minimum of every aspect ({about}) was not reached"),
        BLUEPRINT_UNCHECKED: t.gettext(
            "the content rule failed, so its minima cannot be checked ({about})"
        ),
        WIDE_POSTERIOR: t.gettext(
            "the answers leave {found} of the prior variance, at most {needed} is allowed"
        ),
        ESTIMATE_DIFFERS: t.gettext(
            "the recorded estimate is {found}, its recomputation {needed}: they must agree"
        ),
        NO_LEVELS: t.gettext("there is no official set of levels for this scale"),
        UNMEASURED: t.gettext("{about} was not measured"),
        NOT_IN_BATTERY: t.gettext("{about} is not part of this test"),
        MEASURED_TWICE: t.gettext("{about} is measured by two sections"),
        NO_STANDARDS: t.gettext("no standard of positions is configured"),
        NO_GROUP: t.gettext("no position group was told"),
        UNKNOWN_GROUP: t.gettext('there is no standard for the position group "{about}"'),
        NOTHING_TESTED: t.gettext("no competency has a standard that somebody could fail"),
        INCONCLUSIVE: t.gettext(
            'the probability of "{about}" is {found}, at least {needed} is needed'
        ),
    }
    return templates[code]


def _figure(value: float | None) -> str:
    """Return whole numbers without, others with two decimals."""
    if value is None:
        return ""
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"
