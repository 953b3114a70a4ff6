"""The way in: language, identity, privacy notice, confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from cact_tui.config.participants import NUMBER
from cact_tui.delivery import actions as a
from cact_tui.delivery import wording
from cact_tui.delivery.admission import Admission, admit, readmit
from cact_tui.delivery.sign_in import TurnedAway, Why
from cact_tui.delivery.sign_in import sentence as refusal_sentence
from cact_tui.delivery.views import (
    Choice,
    ConfirmView,
    Fact,
    IdentityView,
    LanguageView,
    Passage,
    PassageView,
    View,
)
from cact_tui.errors import RowConflict
from cact_tui.i18n import LANGUAGES, pick, translator
from cact_tui.journal.protocol import Identity
from cact_tui.journal.roster import Registration
from cact_tui.sessions.decide import Refused
from cact_tui.sessions.events import ENDED, INVALIDATED, Attached
from cact_tui.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.face import Terminal
    from cact_tui.delivery.services import Services
    from cact_tui.delivery.sign_in import SignIn
    from cact_tui.i18n import Translator
    from cact_tui.journal.protocol import SessionEntry

OFFERED = 5
"""How many unfinished tests the first screen offers."""

ALIVE_MS = 15_000
"""A terminal that gave no sign of life for so long is taken to be gone."""


@frozen(kw_only=True)
class Applicant:
    """Who stands at the reception, as far as told; `session` when a test was begun earlier.

    `registration` is what a hall's roster says; `elsewhere` names the terminal at which the test is
    open right now, in words, empty for none.
    """

    language: str
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    nip: str = field(default="", repr=False)
    group: str = ""
    identity: Identity | None = None
    session: str | None = None
    registration: Registration | None = field(default=None, repr=False)
    elsewhere: str = ""


class Reception:
    """Leads from the first screen to an open session."""

    def __init__(
        self, services: Services, terminal: Terminal, show: Callable[[View], None]
    ) -> None:
        self._services = services
        self._terminal = terminal
        self._show = show
        self._event = services.exam.materials.event
        self._applicant = Applicant(language=self._event.languages[0])
        self._sign_in: SignIn | None = None

    @property
    def _translator(self) -> Translator:
        return translator(self._applicant.language)

    async def begin(self) -> None:
        """Show the language choice."""
        self._applicant = Applicant(language=self._event.languages[0])
        door = self._services.sign_in
        self._sign_in = door if door is not None and await door.has_roster() else None
        self._show(
            LanguageView(
                titles=tuple(pick(self._event.title, code) for code in self._event.languages),
                languages=tuple(Choice(code, LANGUAGES[code]) for code in self._event.languages),
                unfinished=await self._offers(),
            )
        )

    async def _offers(self) -> tuple[Choice, ...]:
        """Return tests that were cut off; none in a hall, where they are other people's."""
        if self._services.sign_in is not None:
            return ()
        sessions = await self._services.store.sessions(self._event.id)
        unfinished = [entry for entry in sessions if entry.last_event not in ENDED]
        return tuple([await self._offer(entry) for entry in reversed(unfinished[-OFFERED:])])

    async def _offer(self, entry: SessionEntry) -> Choice:
        identity = await self._services.store.identity(entry.participant)
        number = identity.number if identity else "?"
        return Choice(entry.session, f"{entry.session} · {number}")

    async def act(self, action: a.Action, view: View) -> Admission | None:
        """Take one step; the admission is returned once the participant is in."""
        match view, action:
            case LanguageView(), a.ChooseLanguage():
                self._applicant = evolve(self._applicant, language=action.language)
                self._ask_identity()
            case LanguageView(unfinished=offers), a.GoOnWith() if offers:
                await self._go_on_with(action.session)
            case IdentityView(), a.Identify():
                await self._identify(action)
            case (IdentityView(), a.Back()):
                await self.begin()
            case PassageView(), a.Continue():
                self._ask_confirmation()
            case (PassageView() | ConfirmView(), a.Back()):
                await self._step_back()
            case ConfirmView(), a.Confirm():
                return await self._confirm(action, view)
        return None

    async def _step_back(self) -> None:
        if self._applicant.session:
            await self.begin()
        else:
            self._ask_identity()

    def _ask_identity(self, problem: str = "") -> None:
        _ = self._translator.gettext
        sign_in = self._sign_in
        roster = sign_in is not None or self._services.participants is not None
        ask_pin = sign_in is not None and sign_in.asks_pin
        ask_name = sign_in.asks_name if sign_in is not None else not roster
        standards = self._services.exam.materials.profile.standards
        groups = () if roster or standards is None else tuple(standards.groups.values())
        who = self._applicant
        self._show(
            IdentityView(
                language=who.language,
                title=_("WHO ARE YOU?"),
                text=self._what_to_type(roster=roster, name=ask_name, pin=ask_pin),
                ask_name=ask_name,
                groups=tuple(Choice(g.id, pick(g.name, who.language)) for g in groups),
                number=who.number,
                name=who.name,
                problem=problem,
                ask_pin=ask_pin,
            )
        )

    def _what_to_type(self, *, roster: bool, name: bool, pin: bool) -> str:
        _ = self._translator.gettext
        if pin:
            return _("Type your participant number and the PIN that the proctor gave you.")
        if roster and name:
            return _("Type your participant number, and your name as on the list, or your NIP.")
        if roster:
            return _("Type your participant number.")
        return _("Type your participant number and your name, and choose your position.")

    async def _identify(self, told: a.Identify) -> None:
        number, name = clean_line(told.number, 41), clean_line(told.name, 80)
        self._applicant = evolve(
            self._applicant, number=number, name=name, group=told.position_group
        )
        problem = self._fault(number, name)
        if not problem and self._sign_in is not None:
            proof = told.pin if self._sign_in.asks_pin else name
            problem = await self._recognise_at(self._sign_in, proof)
        elif not problem:
            problem = await self._recognise()
        if problem:
            self._ask_identity(problem)
        elif self._applicant.session:
            self._ask_confirmation()
        else:
            self._show_notice()

    def _fault(self, number: str, name: str) -> str:
        """Return what is wrong with what was typed, in words; empty when nothing is."""
        _ = self._translator.gettext
        if not NUMBER.fullmatch(number):
            return _("The number has 1 to 40 letters and digits. Please check it.")
        if self._sign_in is not None:
            missing = self._sign_in.asks_name and not name
            return _("Please type your name.") if missing else ""
        roster = self._services.participants
        if roster is not None and number not in roster:
            return _("This number is not on the list. Please check it, or ask the proctor.")
        if roster is None and not name:
            return _("Please type your name.")
        return ""

    async def _recognise(self) -> str:
        """Fill in what roster and store know; return a problem in words, or nothing."""
        _ = self._translator.gettext
        who, typed = self._applicant, self._applicant.name
        expected = (self._services.participants or {}).get(who.number)
        if expected is not None:
            who = evolve(who, name=expected.name, nip=expected.nip, group=expected.position_group)
        known = await self._services.store.find_participant(self._event.id, who.number)
        if known is None:
            self._applicant = evolve(who, identity=None, session=None)
            return ""
        if expected is None and known.name.casefold() != typed.casefold():
            return _("This number belongs to another name. Please check it, or ask the proctor.")
        return await self._recall(evolve(who, identity=known, name=known.name))

    async def _recognise_at(self, sign_in: SignIn, proof: str) -> str:
        """Have somebody recognised by the hall's roster; return a problem in words, or nothing."""
        found = await sign_in.recognise(self._applicant.number, proof.strip(), self._terminal.seat)
        if isinstance(found, TurnedAway):
            return refusal_sentence(self._translator, found)
        return await self._recall(_registered(self._applicant, found))

    async def _recall(self, who: Applicant) -> str:
        """Find the test that a known participant began; a finished one is a problem."""
        _ = self._translator.gettext
        identity = who.registration or who.identity
        own = await self._tests_of(identity.participant) if identity else []
        if own and own[-1].last_event in ENDED:
            sentence = _("This participant has finished the test, reference {reference}.")
            return sentence.format(reference=own[-1].session)
        session = own[-1].session if own else None
        elsewhere = await self._elsewhere(session) if session else ""
        self._applicant = evolve(who, session=session, elsewhere=elsewhere)
        return ""

    async def _tests_of(self, participant: str) -> list[SessionEntry]:
        """Return the tests of a participant that count, oldest first."""
        found = await self._services.store.sessions(participant=participant)
        return [one for one in found if one.last_event != INVALIDATED]

    async def _elsewhere(self, session: str) -> str:
        """Return at which terminal a test is open right now, in words; empty for none."""
        seen = await self._services.store.last_checkpoint(session)
        now = self._services.clock.wall_ms()
        if seen is None or not seen.connection or now - seen.at > ALIVE_MS:
            return ""
        _ = self._translator.gettext
        recorded = await self._services.store.read(session)
        attached = [one.event for one in recorded if isinstance(one.event, Attached)]
        seat = attached[-1].seat if attached else ""
        return _("seat {seat}").format(seat=seat) if seat else _("another terminal")

    async def _go_on_with(self, session: str) -> None:
        sessions = await self._services.store.sessions(self._event.id)
        entry = next((one for one in sessions if one.session == session), None)
        if entry is None or entry.last_event in ENDED:
            await self.begin()
            return
        identity = await self._services.store.identity(entry.participant)
        self._applicant = Applicant(
            language=await self._language_of(session),
            number=identity.number if identity else "",
            name=identity.name if identity else "",
            group=(identity.position_group or "") if identity else "",
            identity=identity,
            session=session,
            elsewhere=await self._elsewhere(session),
        )
        self._ask_confirmation()

    async def _language_of(self, session: str) -> str:
        first = (await self._services.store.read(session))[0].event
        return str(getattr(first, "language", self._event.languages[0]))

    def _show_notice(self) -> None:
        language = self._applicant.language
        self._show(
            PassageView(
                language=language,
                passage=Passage.PRIVACY,
                title=self._translator.gettext("PRIVACY NOTICE"),
                text=pick(self._services.exam.materials.passages.privacy, language),
            )
        )

    def _ask_confirmation(self, problem: str = "") -> None:
        _ = self._translator.gettext
        who = self._applicant
        facts = [Fact(_("Number"), who.number), Fact(_("Name"), who.name)]
        if who.group:
            facts.append(Fact(_("Position"), self._group_name(who.group)))
        if who.session:
            facts.append(Fact(_("Test begun"), who.session))
        if who.elsewhere:
            facts.append(Fact(_("Open now at"), who.elsewhere))
        word = wording.word_of_agreement(self._translator)
        text = _(
            "If this is you, and you have received the privacy notice, type {word} and press Enter."
        )
        if who.elsewhere:
            text = (
                _(
                    "Your test is open at another terminal right now. If you go on here, it closes "
                    "there. If it was not you who opened it, call the proctor."
                )
                + f"\n\n{text}"
            )
        self._show(
            ConfirmView(
                language=who.language,
                title=_("IS THIS YOU?"),
                facts=tuple(facts),
                text=text.format(word=word),
                word=word,
                problem=problem,
            )
        )

    def _group_name(self, group: str) -> str:
        standards = self._services.exam.materials.profile.standards
        known = standards.groups.get(group) if standards else None
        return pick(known.name, self._applicant.language) if known else group

    async def _confirm(self, action: a.Confirm, view: ConfirmView) -> Admission | None:
        if clean_line(action.word).casefold() != view.word.casefold():
            sentence = self._translator.gettext("Please type exactly {word}, or go back with Esc.")
            self._ask_confirmation(sentence.format(word=view.word))
            return None
        refusal = await self._unwelcome()
        if refusal:
            self._ask_identity(refusal)
            return None
        enter = readmit if self._applicant.session else admit
        try:
            admission = await enter(self._services, self._terminal, self._applicant, view.word)
        except RowConflict:
            await self._look_again()
            return None
        if isinstance(admission, Refused):
            self._ask_confirmation(wording.refusal(self._translator, admission.reason))
            return None
        return admission

    async def _unwelcome(self) -> str:
        """Return what came between recognising somebody and letting them in, in words."""
        sign_in, known = self._sign_in, self._applicant.registration
        if sign_in is None or known is None:
            return ""
        now = await self._services.store.roster.registration(known.participant)
        refusal = TurnedAway(why=Why.UNKNOWN) if now is None else await sign_in.unwelcome(now)
        if refusal is not None:
            return refusal_sentence(self._translator, refusal)
        if now is not None:
            self._applicant = _registered(self._applicant, now)
        return ""

    async def _look_again(self) -> None:
        """Somebody wrote first what this participant was to begin with: see what is so now."""
        who = self._applicant
        if who.registration is None:
            self._ask_identity(await self._recognise())
            return
        found = await self._services.store.roster.registration(who.registration.participant)
        problem = await self._recall(_registered(who, found)) if found else ""
        if problem or found is None:
            self._ask_identity(problem)
        else:
            self._ask_confirmation()


def _registered(who: Applicant, found: Registration) -> Applicant:
    """Return somebody as the roster knows them."""
    return evolve(
        who,
        number=found.number,
        name=found.name,
        nip=found.nip,
        group=found.standard or found.position_group,
        registration=found,
    )
