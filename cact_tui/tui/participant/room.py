"""What stands on the participant's screen: a stage, what is laid over it, notes and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from cact_tui.delivery import wording
from cact_tui.delivery.actions import CallForProctor, Confirm, Leave, WriteComment
from cact_tui.i18n import LANGUAGES, translator
from cact_tui.tui.participant.answering import Answering
from cact_tui.tui.participant.booklet import case_booklet, help_booklet
from cact_tui.tui.participant.clockface import ClockFace
from cact_tui.tui.participant.dialogs import Calling, Commenting, Leaving
from cact_tui.tui.participant.menu import Menu, opened_menu
from cact_tui.tui.participant.passage import Confirming
from cact_tui.tui.participant.stage import SHORTCUTS, Act, Command, Page
from cact_tui.tui.participant.standstill import Standing
from cact_tui.tui.participant.succession import continues, successor

if TYPE_CHECKING:
    from cact_tui.delivery.actions import Action
    from cact_tui.delivery.views import View
    from cact_tui.tui.keys import Key
from cact_tui.tui.participant.stage import Area, Stage, Wish


class Room:
    """Changed by views and keys; knows no terminal and no flow."""

    def __init__(self, area: Area) -> None:
        self.area = area
        self.face = ClockFace()
        self.note = ""
        self.stage: Stage | None = None
        self._layer: Stage | None = None
        self._item: Answering | None = None
        self._draft = Commenting(area=area, language=next(iter(LANGUAGES)))
        self._case_open = False

    @property
    def language(self) -> str:
        """Return the language of what is shown."""
        return self._draft.language

    @property
    def item(self) -> Answering | None:
        """Return the item being answered, even while something is laid over it."""
        return self.stage if isinstance(self.stage, Answering) else None

    @property
    def visible_item(self) -> Answering | None:
        """Return the item if it, or its case, is what is seen."""
        return self.item if self._layer is None or self._case_open else None

    def see(self, view: View) -> bool:
        """Take a new view; return whether it shows something that was not there before."""
        before, self.stage = self.stage, successor(view, self.stage, self._item, self.area)
        self._draft = evolve(self._draft, language=getattr(view, "language", self.language))
        if isinstance(self.stage, Answering):
            self._item = self.stage
        same = continues(before, self.stage)
        if not same:
            self._close()
        return not same

    def fit(self, area: Area) -> None:
        """Take another room."""
        self.area = area
        self._draft = self._draft.fit(area)
        if self.stage is not None:
            self._put_stage(self.stage.fit(area))
        if self._layer is not None:
            self._layer = self._layer.fit(area)

    def press(self, key: Key) -> Wish | None:
        """Hand a key to what is on top; return what the room cannot do by itself."""
        command = SHORTCUTS.get(key.name)
        if command is Command.CLOCK or (command and self._layer is None):
            return self._grant(command)
        top = self._layer or self.stage
        if top is None:
            return None
        step = top.press(key)
        self._put(step.stage)
        return self._grant(step.wish)

    def paste(self, text: str) -> None:
        """Hand a paste to what is on top."""
        top = self._layer or self.stage
        if top is not None:
            self._put(top.paste(text))

    def done(self, action: Action) -> None:
        """Take notice that the flow has done something."""
        _ = translator(self.language).gettext
        if isinstance(action, CallForProctor):
            self._finish(_("the proctor has been called"))
        elif isinstance(action, WriteComment):
            self._draft = Commenting(area=self.area, language=self.language)
            self._finish(_("your comment is saved"))
        elif isinstance(action, Leave):
            self._close()
        elif self.item is not None and self.item.busy:
            self._put_stage(self.item.settled())
        elif isinstance(action, Confirm) and isinstance(self.stage, Confirming):
            self.stage = self.stage.refused()

    def page(self) -> Page:
        """Return what is seen now; a note takes the status's place."""
        top = self._layer or self.stage
        if top is None:
            return Page(language=self.language, body=())
        page = top.draw()
        return evolve(page, status=f"! {self.note}") if self.note else page

    # Layers

    def _finish(self, note: str) -> None:
        """Close the dialog and say so, unless the item's own status does."""
        self._close()
        self.note = "" if self.item is not None else note

    def _close(self) -> None:
        self._layer = None
        self._case_open = False

    def _put(self, stage: Stage) -> None:
        if self._layer is None:
            self._put_stage(stage)
            return
        self._layer = stage
        if isinstance(stage, Commenting):
            self._draft = stage

    def _put_stage(self, stage: Stage) -> None:
        self.stage = stage
        if isinstance(stage, Answering):
            self._item = stage

    def _grant(self, wish: Wish | None) -> Wish | None:
        """Do what the room can do; hand the rest on."""
        if wish is None or isinstance(wish, Act) or wish is Command.QUIT:
            return wish
        if wish is Command.CLOSE:
            self._close()
        elif wish is Command.CLOCK:
            if isinstance(self._layer, Menu):
                self._close()
            self.face = self.face.toggled()
        elif self.stage is not None and wish in (Command.MENU, *self.stage.commands):
            self._lay_over(wish)
        return None

    def _lay_over(self, command: Command) -> None:
        if self.item is not None:
            self._put_stage(self.item.disarmed())
        self._layer = self._laid_over(command)
        self._case_open = command is Command.CASE

    def _laid_over(self, command: Command) -> Stage | None:
        language, area = self.language, self.area
        if command is Command.MENU and self.stage is not None:
            held = isinstance(self.stage, Standing)
            return opened_menu(language, self.stage.commands, area, held=held)
        if command is Command.HELP:
            return help_booklet(language, area)
        if command is Command.COMMENT:
            return self._draft
        if command is Command.PROCTOR:
            return Calling(area=area, language=language)
        if command is Command.LEAVE:
            word = wording.word_of_leaving(translator(language))
            return Leaving(area=area, language=language, word=word)
        return case_booklet(self.item.view, area) if self.item is not None else None
