"""A participant's flow that follows a script, for tests and for looking at the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from cact_tui.banks.items import Form
from cact_tui.clock import ManualClock
from cact_tui.delivery import actions as a
from cact_tui.delivery import wording
from cact_tui.delivery.views import (
    Choice,
    ClockReading,
    ConfirmView,
    EndView,
    Fact,
    IdentityView,
    ItemView,
    LanguageView,
    MessageView,
    Passage,
    PassageView,
    Saving,
    Standstill,
    StandstillView,
)
from cact_tui.i18n import translator

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from cact_tui.delivery.views import View

OPTIONS = {
    "id": (
        "Membalas surel untuk meminta penjelasan lebih lanjut.",
        "Melaporkan surel kepada pengelola sistem melalui saluran resmi.",
        "Membuka tautan, lalu memeriksa apakah halamannya asli.",
        "Meneruskan surel kepada rekan agar mereka waspada.",
        "Menghapus surel dan tidak melakukan apa-apa.",
    ),
    "en": (
        "Reply to the message and ask for an explanation.",
        "Report the message to the system's administrators through the official channel.",
        "Open the link, then check whether the page is genuine.",
        "Forward the message to colleagues so that they beware of it.",
        "Delete the message and do nothing else.",
    ),
}
STEMS = {
    "id": (
        "Anda menerima surel yang meminta kata sandi aplikasi kepegawaian agar akun "
        '"tidak diblokir hari ini". Alamat pengirim mirip alamat kantor. Apa langkah pertama yang '
        "paling tepat?"
    ),
    "en": (
        "You receive a message asking for your password to the personnel system so that your "
        'account "is not blocked today". The address looks like an office address. What is the '
        "best first step?"
    ),
}
CASE = (
    "Kantor Anda menyatukan lima loket menjadi satu pintu. Sejak hari pertama antrean memanjang, "
    "dua petugas senior menolak berpindah tempat, dan warga mengeluh di media sosial.\n\n"
    "Kepala bidang meminta usulan dalam dua hari. Anggaran tahun ini sudah habis, tetapi ruang "
    "rapat lama dapat dipakai. Seorang rekan menawarkan aplikasi antrean buatannya sendiri secara "
    "cuma-cuma; pengelola sistem belum memeriksanya."
)


def item(language: str = "id", **changes: Any) -> ItemView:
    """Return an item as in the sketch."""
    options = tuple(Choice(f"o{n}", text) for n, text in enumerate(OPTIONS[language], start=1))
    translated = translator(language)
    view = ItemView(
        language=language,
        heading="Literasi Digital" if language == "id" else "Digital Literacy",
        place=wording.place(translated, 2, 5),
        item="dl-001",
        position=8,
        form=Form.SINGLE_CHOICE,
        stem=STEMS[language],
        options=options,
        answered=7,
        at_most=20,
        saving=Saving.SAVED,
        status=wording.saved(translated, 7),
    )
    return evolve(view, **changes)


def case_item(language: str = "id", paragraphs: int = 1, **changes: Any) -> ItemView:
    """Return an item with a case of so many times two paragraphs."""
    text = "\n\n".join([CASE] * paragraphs)
    return item(
        language, item="mp-001", stimulus_title="Layanan satu pintu", stimulus=text, **changes
    )


def multiple_item(language: str = "id") -> ItemView:
    """Return an item where two options are to be chosen."""
    return item(language, item="dl-002", form=Form.MULTIPLE_RESPONSE, choose=2)


def numeric_item(language: str = "id") -> ItemView:
    """Return an item that asks for a number."""
    return item(
        language,
        item="dl-003",
        form=Form.NUMERIC,
        options=(),
        unit="orang" if language == "id" else "persons",
        decimals=1,
        stem="Sebuah loket melayani 12 orang tiap jam. Berapa orang terlayani dalam 5,5 jam?",
    )


def language_view(unfinished: int = 0) -> LanguageView:
    """Return the first screen."""
    return LanguageView(
        titles=("Pemetaan Kompetensi 2024", "Competency Mapping 2024"),
        languages=(Choice("id", "Bahasa Indonesia"), Choice("en", "English")),
        unfinished=tuple(
            Choice(f"K7QF-2MX{n}", f"K7QF-2MX{n} · 022{n}") for n in range(unfinished)
        ),
    )


def identity_view(problem: str = "", *, roster: bool = False, language: str = "id") -> IdentityView:
    """Return the form."""
    _ = translator(language).gettext
    groups = ("JPT Pratama", "Administrator", "Pengawas", "Pelaksana")
    return IdentityView(
        language=language,
        title=_("WHO ARE YOU?"),
        text=_("Type your participant number and your name, and choose your position."),
        ask_name=not roster,
        groups=() if roster else tuple(Choice(name.lower(), name) for name in groups),
        problem=problem,
    )


def pin_view(problem: str = "", language: str = "id") -> IdentityView:
    """Return the form of a hall: number and PIN."""
    _ = translator(language).gettext
    return evolve(
        identity_view(problem, roster=True, language=language),
        text=_("Type your participant number and the PIN that the proctor gave you."),
        ask_pin=True,
    )


def finished_view(language: str = "id") -> IdentityView:
    """Return the form once more, for somebody whose test is over."""
    _ = translator(language).gettext
    sentence = _("This participant has finished the test, reference {reference}.")
    return pin_view(sentence.format(reference="K7QF-2MXD"), language)


def message_view(text: str, language: str = "id", message: str = "m-1") -> MessageView:
    """Return a proctor's message."""
    _ = translator(language).gettext
    return MessageView(
        language=language, message=message, title=_("MESSAGE FROM THE PROCTOR"), text=text
    )


def passage_view(paragraphs: int = 4, language: str = "id", **changes: Any) -> PassageView:
    """Return the rules."""
    text = "\n\n".join([CASE] * paragraphs)
    facts = (Fact("Waktu", "30 menit"), Fact("Jumlah soal", "paling banyak 20"))
    view = PassageView(
        language=language,
        passage=Passage.SECTION,
        title="LITERASI DIGITAL",
        text=text,
        facts=facts,
        step=wording.place(translator(language), 2, 5),
    )
    return evolve(view, **changes)


def confirm_view(language: str = "id", problem: str = "") -> ConfirmView:
    """Return the confirmation."""
    translated = translator(language)
    _ = translated.gettext
    word = wording.word_of_agreement(translated)
    text = _(
        "If this is you, and you have received the privacy notice, type {word} and press Enter."
    )
    return ConfirmView(
        language=language,
        title=_("IS THIS YOU?"),
        facts=(
            Fact(_("Number"), "0231"),
            Fact(_("Name"), "SITI RAHMAWATI"),
            Fact(_("Position"), "Administrator"),
        ),
        text=text.format(word=word),
        word=word,
        problem=problem,
    )


def standstill_view(
    why: Standstill, language: str = "id", *, closing: bool = False
) -> StandstillView:
    """Return a standstill."""
    title, text = wording.standstill(translator(language), why.value)
    return StandstillView(language=language, why=why, title=title, text=text, closing=closing)


def paused_view(language: str = "id") -> StandstillView:
    """Return a proctor's pause with since when and why."""
    translated = translator(language)
    _ = translated.gettext
    view = standstill_view(Standstill.PAUSED, language)
    reason = wording.pause_reason(translated, "environment.power_outage")
    since = _("Since {time}.").format(time="09:41 WIB")
    return evolve(
        view, text=f"{since} {_('Reason: {reason}.').format(reason=reason)}\n\n{view.text}"
    )


def takeover_view(language: str = "id") -> ConfirmView:
    """Return the confirmation of a test that is open elsewhere."""
    _ = translator(language).gettext
    view = confirm_view(language)
    warning = _(
        "Your test is open at another terminal right now. If you go on here, it closes there. If "
        "it was not you who opened it, call the proctor."
    )
    place = Fact(_("Open now at"), _("seat {seat}").format(seat="07"))
    return evolve(view, facts=(*view.facts, place), text=f"{warning}\n\n{view.text}")


def end_view(language: str = "id", profile: str = "", *, trial: bool = False) -> EndView:
    """Return the end."""
    return EndView(
        language=language,
        title="Selesai" if language == "id" else "Finished",
        reference="K7QF-2MXD",
        text=(
            "Terima kasih. Jawaban Anda (47) tersimpan dan terkunci pukul 10:12 WIB.\n\n"
            "Hasil ditetapkan oleh asesor. Pertanyaan dapat diajukan kepada panitia dengan "
            "menyebut nomor rujukan di atas."
        ),
        profile=profile,
        trial=trial,
    )


class ScriptedFlow:
    """Shows the next view of a list for every action that leads on; records everything.

    Going on happens only by `Respond`, `Continue`, `Confirm`, `Identify`, `ChooseLanguage`,
    `GoOnWith` and `Return`. `hold` keeps an action under way until it is released.
    """

    def __init__(self, views: Sequence[View], left: int | None = 1062) -> None:
        self.views = list(views)
        self.view: View = self.views[0]
        self.clock = ClockReading(left=left)
        self.actions: list[a.Action] = []
        self.told: list[str] = []
        self.closed = False
        self.hold: asyncio.Event | None = None
        self.fault: Exception | None = None
        self._on_view: Callable[[View], None] = lambda _view: None
        self._on_clock: Callable[[ClockReading], None] = lambda _reading: None
        self.on_fault: Callable[[Exception], None] = lambda _fault: None

    def listen(
        self,
        on_view: Callable[[View], None],
        on_clock: Callable[[ClockReading], None],
        on_fault: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        """Remember whom to tell."""
        self._on_view, self._on_clock, self.on_fault = on_view, on_clock, on_fault

    async def start(self) -> None:
        """Show the first view."""
        self._on_view(self.view)
        self._on_clock(self.clock)

    def show(self, view: View) -> None:
        """Show a view as if something had happened elsewhere."""
        self.view = view
        self._on_view(view)

    def tick(self, left: int | None, warning: str = "", *, forced: bool = False) -> None:
        """Let the clock say something."""
        self.clock = ClockReading(left=left, warning=warning, forced=forced)
        self._on_clock(self.clock)

    async def act(self, action: a.Action) -> None:
        """Record an action and go on if it leads on."""
        self.actions.append(action)
        if self.fault is not None:
            raise self.fault
        if isinstance(action, a.CallForProctor | a.WriteComment | a.Back):
            return
        if isinstance(action, a.Leave):
            self.show(standstill_view(Standstill.LEFT))
            return
        if self.hold is not None:
            await self.hold.wait()
        if self.views[1:]:
            self.views.pop(0)
            self.show(self.views[0])

    @property
    def responses(self) -> list[a.Respond]:
        """Return the answers that were sent."""
        return [action for action in self.actions if isinstance(action, a.Respond)]

    def appeared(self) -> None:
        """Record it."""
        self.told.append("appeared")

    def hidden(self) -> None:
        """Record it."""
        self.told.append("hidden")

    def saw_last_page(self) -> None:
        """Record it."""
        self.told.append("last page")

    def changed_choice(self) -> None:
        """Record it."""
        self.told.append("choice")

    def laid_out(self, pages: int) -> None:
        """Record it."""
        self.told.append(f"{pages} pages")

    async def close(self) -> None:
        """Record it."""
        self.closed = True


class HastyClock(ManualClock):
    """A clock on which two seconds pass between any two looks, so that no guard is shut."""

    def monotonic(self) -> float:
        """Return a later time than before."""
        self.seconds += 2
        return self.seconds
