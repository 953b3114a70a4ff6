"""The proctor's desk in lines: who is in the room, and the acts, for terminals without a screen."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, Final

from cact_tui.errors import CactError, StorageTrouble
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.journal.roster import SittingState
from cact_tui.proctoring.acts import Denied
from cact_tui.proctoring.board.duty import Act, allowed
from cact_tui.proctoring.board.rows import Standing
from cact_tui.proctoring.troubles import Trouble, Unfit, trouble_of
from cact_tui.sessions.reasons import REASONS, known
from cact_tui.sessions.states import Status
from cact_tui.text import clean_line
from cact_tui.tui.proctor import words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from cact_tui.proctoring.acts import Acts, Outcome
    from cact_tui.proctoring.sittings import Seated, Sittings
    from cact_tui.ssh.accounts import Proctor

_VERBS: Final = {
    "daftar": "list",
    "izinkan": "authorise",
    "jeda": "pause",
    "lanjutkan": "resume",
    "tambah": "extend",
    "pesan": "message",
    "hentikan": "terminate",
    "bahasa": "language",
    "keluar": "quit",
    "exit": "quit",
}
"""Other words for the acts; they are understood whatever the language."""

ACTS: Final = {
    "authorise": Act.AUTHORISE,
    "pause": Act.PAUSE,
    "resume": Act.RESUME,
    "extend": Act.EXTEND,
    "message": Act.MESSAGE,
    "terminate": Act.TERMINATE,
}
"""The acts that there are in lines; who may do them is decided with the screen's."""

_ALL: Final = frozenset({"all", "semua"})
_STANDINGS: Final = {Status.AWAITING: Standing.WAITING, Status.AUTHORIZED: Standing.READY}


class Desk:
    """Answers the lines of one proctor; every act is recorded under the proctor's name."""

    def __init__(
        self,
        sittings: Sittings,
        acts: Acts,
        proctor: Proctor,
        *,
        language: str = next(iter(LANGUAGES)),
    ) -> None:
        self._sittings = sittings
        self._acts = acts
        self._proctor = proctor
        self._language = language

    async def __call__(self, line: str) -> str | None:
        """Return what is said to a line; None ends the visit."""
        _ = translator(self._language).gettext
        try:
            typed = shlex.split(line)
        except ValueError:
            return _("A quotation mark is missing.")
        verb = _VERBS.get(typed[0].casefold(), typed[0].casefold()) if typed else "list"
        match [verb, *typed[1:]]:
            case ["list"]:
                return await self._list_or_trouble()
            case ["quit"]:
                return None
            case ["language"]:
                return self._other_language()
            case [act, who, *rest]:
                return await self._act(act, who, rest)
        return help_text(self._language)

    def _other_language(self) -> str:
        languages = list(LANGUAGES)
        self._language = languages[(languages.index(self._language) + 1) % len(languages)]
        return help_text(self._language)

    async def _list_or_trouble(self) -> str:
        try:
            return await self._list()
        except CactError as fault:
            return self._why(fault)

    async def _list(self) -> str:
        _ = translator(self._language).gettext
        open_sittings = [
            one for one in await self._sittings.all() if one.state is SittingState.OPEN
        ]
        if not open_sittings:
            none = _("{name}: no sitting is open (cact sitting open, on the host).")
            return none.replace("{name}", self._proctor.name)
        lines = []
        for sitting in open_sittings:
            lines.append(f"{sitting.id}")
            seated = await self._sittings.seated(sitting.id)
            await self._sittings.looked_at(sitting.id, by=self._proctor.name)
            lines.extend([self._line(one, await self._state(one)) for one in seated])
        return "\n".join((*lines, _("help says what can be done.")))

    async def _state(self, one: Seated) -> str:
        if one.entry is None:
            return words.standings(self._language)[Standing.ABSENT].word
        return self._word((await self._acts.state(one.session)).status)

    def _word(self, status: Status) -> str:
        standing = _STANDINGS.get(status) or Standing(str(status))
        return words.standings(self._language)[standing].word

    async def _act(self, act: str, who: str, rest: Sequence[str]) -> str:
        _ = translator(self._language).gettext
        try:
            do = self._deed(act, rest)
            if do is None:
                return help_text(self._language)
            chosen = [one for one in await self._seated() if _meant(one, who)]
            outcomes = await self._acts.many([one.session for one in chosen], do)
        except (CactError, ValueError) as fault:
            return self._why(fault)
        told = [self._told(one, outcome) for one, outcome in zip(chosen, outcomes, strict=True)]
        nobody = _("Nobody with a test is meant by {who}.").replace("{who}", clean_line(who, 40))
        return "\n".join(told) or nobody

    async def _seated(self) -> list[Seated]:
        found: list[Seated] = []
        for sitting in await self._sittings.all():
            if sitting.state is SittingState.OPEN:
                found.extend(await self._sittings.seated(sitting.id))
        return found

    def _deed(self, act: str, rest: Sequence[str]) -> Callable[[str], Awaitable[Outcome]] | None:
        """Return what is to be done to each session; None for words that are no act."""
        acts, by = self._acts, self._proctor.name
        if act in ACTS and not allowed(ACTS[act], chief=self._proctor.chief):
            raise Unfit(Trouble.CHIEF_ONLY, "only a chief proctor does this")
        deed: Callable[[str], Awaitable[Outcome]] | None = None
        match act, *rest:
            case ["authorise"]:
                deed = partial(acts.authorise, by=by)
            case ["resume"]:
                deed = partial(acts.resume, by=by)
            case ["resume", reason]:
                deed = partial(acts.resume, by=by, held_for=self._reason(reason))
            case ["pause", reason]:
                deed = partial(acts.pause, by=by, reason=self._reason(reason))
            case ["message", text]:
                deed = partial(_message, acts, text, by)
            case ["extend", minutes, reason] if minutes.isdecimal():
                seconds = int(minutes[:4]) * 60
                deed = partial(_extend, acts, seconds, by, self._reason(reason))
            case ["terminate", reason]:
                deed = partial(acts.terminate, by=by, reason=self._reason(reason))
        return deed

    def _reason(self, typed: str) -> str:
        """Return the code of a reason, told by its words in any language or by its code.

        Raises:
            ValueError: no such reason; names them in the proctor's language.
        """
        wanted = typed.strip().casefold()
        for language in LANGUAGES:
            told = words.reasons(language)
            for code in REASONS:
                if told[code].casefold() == wanted:
                    return code
        try:
            return known(typed)
        except ValueError:
            _ = translator(self._language).gettext
            told = words.reasons(self._language)
            listed = ", ".join(f'"{told[code]}"' for code in REASONS)
            raise ValueError(
                _("no such reason: write one of {words}").format(words=listed)
            ) from None

    def _why(self, fault: Exception) -> str:
        """Return what kept something from being done; a mistyped reason says so by itself."""
        code = trouble_of(fault)
        if code is Trouble.FAULT and isinstance(fault, ValueError):
            return f"{fault}"
        told = words.refusals(self._language)[code]
        return f"{told}: {clean_line(str(fault))}" if isinstance(fault, StorageTrouble) else told

    def _line(self, one: Seated, state: str) -> str:
        who = one.registration
        seat, name = clean_line(who.seat) or "-", clean_line(who.name)
        return f"  {seat:>5}  {who.number:<20} {state:<14} {one.session or '-':<10} {name}"

    def _told(self, one: Seated, outcome: Outcome) -> str:
        _ = translator(self._language).gettext
        if isinstance(outcome, Denied):
            why = words.refusals(self._language).get(str(outcome.reason), outcome.why)
            return f"{one.registration.number}: " + _("refused: {why}").format(why=why)
        as_it_was = "" if outcome.news else " " + _("(as it was)")
        return f"{one.registration.number}: {self._word(outcome.state.status)}{as_it_was}"


def help_text(language: str) -> str:
    """Return what can be typed, in a language."""
    return translator(language).gettext(
        "list                          who is in the open sittings\n"
        "authorise WHO                 let those begin, or go on, who wait\n"
        "pause WHO REASON              hold tests; screens say why\n"
        "resume WHO [REASON]           let paused tests go on; or only those paused so\n"
        "extend WHO MINUTES REASON     grant extra time to the section that runs\n"
        'message WHO "TEXT"            show a message until it is acknowledged\n'
        "terminate WHO REASON          end tests for good\n"
        "language                      Bahasa Indonesia\n"
        "quit\n"
        "WHO is a participant's number, seat:07, or all. A REASON is a word such as network or "
        "illness."
    )


async def _message(acts: Acts, text: str, by: str, session: str) -> Outcome:
    return await acts.message(session, text, by=by)


async def _extend(acts: Acts, seconds: int, by: str, reason: str, session: str) -> Outcome:
    return await acts.extend(session, seconds, by=by, reason=reason)


def _meant(one: Seated, who: str) -> bool:
    if one.entry is None:
        return False
    if who.casefold() in _ALL:
        return one.open
    seat = one.registration.seat
    return who in {one.registration.number, f"seat:{seat}", f"kursi:{seat}"}
