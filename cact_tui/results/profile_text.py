"""The profile map in words, for an end screen of 80 x 24 in a rehearsal or a demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import pick, translator
from cact_tui.results import wording
from cact_tui.results.band_plot import band_plot
from cact_tui.results.profile import NOMINAL
from cact_tui.results.wording import reason_words
from cact_tui.text import clean, clean_line, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cact_tui.i18n import Translator
    from cact_tui.results.findings import JobMatch, Profile, ScaleProfile

COLUMNS, LINES = 76, 17
"""A page of an end screen."""


def profile_text(profile: Profile, language: str) -> str:
    """Return the profile as one text, a blank line between its pages."""
    return "\n\n".join(profile_pages(profile, language))


def profile_pages(profile: Profile, language: str) -> tuple[str, ...]:
    """Return a page for each scale and one for the job match, 17 lines of 76 columns at most."""
    page = _Page(language, translator(language))
    scales = [page.scale(one, profile) for one in profile.scales]
    return tuple(_fitted(lines) for lines in (*scales, page.match(profile)))


class _Page:
    """Pages in one language."""

    def __init__(self, language: str, t: Translator) -> None:
        self.language = language
        self.t = t

    def scale(self, one: ScaleProfile, profile: Profile) -> list[str]:
        """Return the page of one scale."""
        lines = [*self._mark(trial=one.trial), self._title(one, profile), ""]
        if not one.measured:
            return [*lines, *self._unmeasured(one)]
        return [
            *lines,
            *self._estimates(one),
            *self._plot(one),
            *self._level(one),
            *self._standard(one),
            *self._footing(one),
        ]

    def match(self, profile: Profile) -> list[str]:
        """Return the page of the job person match."""
        title = self.t.gettext("JOB PERSON MATCH (JPM)")
        lines = [*self._mark(trial=profile.trial), title, ""]
        found = profile.job_match
        if found.value is None:
            return [*lines, *self._withheld(found)]
        return [*lines, *self._matched(found, profile)]

    def _mark(self, *, trial: bool) -> list[str]:
        if not trial:
            return []
        return list(self._wrapped(self.t.gettext("UJI COBA - a trial: it decides nothing")))

    def _title(self, one: ScaleProfile, profile: Profile) -> str:
        name = clean_line(pick(one.name, self.language)).upper()
        group = clean_line(pick(profile.position_group_name, self.language))
        return pad(f"{name} · {group}" if group else name, COLUMNS).rstrip()

    def _unmeasured(self, one: ScaleProfile) -> Iterator[str]:
        yield self.t.gettext("NOT MEASURED: no level and no estimate can be given.")
        for reason in one.reasons:
            yield from self._item(reason_words(reason, self.t))
        yield ""
        yield from self._counts(one)

    def _estimates(self, one: ScaleProfile) -> Iterator[str]:
        """Yield the estimate with its band, and the one beside it with its standard error."""
        if one.final is None or one.band is None:
            return
        template = (
            self.t.gettext("{low:.2f} to {high:.2f}, {share} probable if the parameters hold")
            if one.se_kind == NOMINAL
            else self.t.gettext("{low:.2f} to {high:.2f}, {share} probable")
        )
        band = template.format(
            low=one.band.low, high=one.band.high, share=percent(one.band.confidence)
        )
        yield f"{one.final.method.upper():<4} {one.final.theta:6.2f}   {band}"
        if one.beside is not None:
            error = (
                self.t.gettext("nominal SE {se:.2f}")
                if one.se_kind == NOMINAL
                else self.t.gettext("SE {se:.2f}")
            ).format(se=one.beside.se)
            yield f"{one.beside.method.upper():<4} {one.beside.theta:6.2f}   {error}"

    def _plot(self, one: ScaleProfile) -> Iterator[str]:
        if one.final is None or one.band is None:
            return
        cuts = one.level.cuts if one.level else ()
        levels = [chance.level for chance in one.level.chances] if one.level else []
        band = (one.band.low, one.band.high)
        lines = band_plot(cuts, levels, band, one.final.theta, COLUMNS - 4)
        yield ""
        yield from (line for line in lines if line)
        yield ""

    def _level(self, one: ScaleProfile) -> Iterator[str]:
        if one.level is None:
            if one.level_withheld:
                yield from self._item(reason_words(one.level_withheld, self.t))
            return
        chance = one.level.chances[one.level.level - one.level.lowest_level]
        template = (
            self.t.gettext("Level (trial): {level} {name}, probability {chance}")
            if one.trial
            else self.t.gettext("Level: {level} {name}, probability {chance}")
        )
        name = clean_line(pick(chance.name, self.language))
        yield from self._wrapped(
            template.format(level=one.level.level, name=name, chance=percent(chance.probability))
        )
        found = (f"{chance.level}: {percent(chance.probability)}" for chance in one.level.chances)
        yield from self._wrapped(self.t.gettext("All levels: ") + "  ".join(found))

    def _standard(self, one: ScaleProfile) -> Iterator[str]:
        found = one.standard
        if found is None:
            return
        if found.untested or found.gap is None or found.probability_met is None:
            template = self.t.gettext("Standard {required}: not tested, nobody could fail it")
            yield from self._wrapped(template.format(required=found.required))
            return
        template = (
            self.t.gettext("Standard {required}: gap {gap:+d}, met with {chance}")
            if found.conclusive
            else self.t.gettext(
                "Standard {required}: gap {gap:+d}, met with {chance}, not yet conclusive"
            )
        )
        yield from self._wrapped(
            template.format(
                required=found.required, gap=found.gap, chance=percent(found.probability_met)
            )
        )

    def _footing(self, one: ScaleProfile) -> Iterator[str]:
        """Yield what the figures rest on."""
        yield from self._counts(one)
        notes = {
            "at_edge": self.t.gettext("The estimate touches the end of the range."),
            "fell_back": self.t.gettext("The estimator had no answer; another one stands in."),
            "all_lowest": self.t.gettext("Every answer was the lowest: the prior decides much."),
            "all_highest": self.t.gettext("Every answer was the highest: the prior decides much."),
        }
        for note in one.notes:
            yield from self._wrapped(notes[note])
        if one.se_kind == NOMINAL:
            yield from self._wrapped(
                self.t.gettext("Item parameters are assumed or under trial, not calibrated.")
            )

    def _counts(self, one: ScaleProfile) -> Iterator[str]:
        answered = self.t.ngettext("{n} item answered", "{n} items answered", one.answered).format(
            n=one.answered
        )
        parts = ", ".join(f"{clean_line(part.value)} {part.answered}" for part in one.subparts)
        yield from self._wrapped(f"{answered} ({parts})" if parts else answered)

    def _withheld(self, found: JobMatch) -> Iterator[str]:
        yield self.t.gettext("Not given:")
        listed = {
            wording.NOT_IN_BATTERY: self.t.gettext("not part of this test: {scales}"),
            wording.UNMEASURED: self.t.gettext("not measured: {scales}"),
        }
        for code, template in listed.items():
            scales = [one.about for one in found.reasons if one.code == code and one.about]
            if scales:
                yield from self._item(template.format(scales=", ".join(scales)))
        for one in found.reasons:
            if one.code not in listed:
                yield from self._item(reason_words(one, self.t))

    def _matched(self, found: JobMatch, profile: Profile) -> Iterator[str]:
        if found.value is None or found.interval is None:
            return
        template = (
            self.t.gettext("JPM (trial): {value:.1f} ({low:.1f} to {high:.1f} with {share})")
            if profile.trial
            else self.t.gettext("JPM: {value:.1f} ({low:.1f} to {high:.1f} with {share})")
        )
        interval = found.interval
        yield from self._wrapped(
            template.format(
                value=found.value,
                low=interval.low,
                high=interval.high,
                share=percent(interval.confidence),
            )
        )
        yield from self._category(found, profile)
        if found.untested:
            template = self.t.gettext("Not tested, and not in the JPM: {scales}")
            yield from self._wrapped(template.format(scales=", ".join(found.untested)))
        template = self.t.gettext("Largest gap: {gap:+d} ({scale})")
        yield from self._wrapped(template.format(gap=found.worst_gap, scale=found.worst_gap_scale))

    def _category(self, found: JobMatch, profile: Profile) -> Iterator[str]:
        if not found.categories:
            return
        if found.category is None:
            template = self.t.gettext("Category: not yet conclusive")
        elif profile.trial:
            template = self.t.gettext("Category (trial): {name}")
        else:
            template = self.t.gettext("Category: {name}")
        name = clean_line(pick(found.category or {}, self.language))
        yield from self._wrapped(template.format(name=name))
        for one in found.categories:
            yield from self._item(
                f"{clean_line(pick(one.name, self.language))}: {percent(one.probability)}"
            )

    def _item(self, text: str) -> Iterator[str]:
        first, *rest = wrap(text, COLUMNS - 2)
        yield f"- {first}"
        for line in rest:
            yield f"  {line}"

    def _wrapped(self, text: str) -> tuple[str, ...]:
        return wrap(text, COLUMNS)


def percent(probability: float) -> str:
    """Return a probability in whole per cent; only what is certain is 0% or 100%."""
    whole = f"{probability:.0%}"
    if whole == "0%" and probability > 0.0:
        return "<1%"
    return ">99%" if whole == "100%" and probability < 1.0 else whole


def _fitted(lines: Sequence[str]) -> str:
    """Return the lines of a page; blank ones go first where there are too many."""
    kept = list(lines)
    while len(kept) > LINES and "" in kept:
        kept.remove("")
    if len(kept) > LINES:
        kept = [*kept[: LINES - 1], "..."]
    return clean("\n".join(line.rstrip() for line in kept))
