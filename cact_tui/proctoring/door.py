"""The door of a hall: who may sign in now, by number alone or by number and PIN."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cact_tui.delivery.sign_in import TurnedAway, Why
from cact_tui.journal.roster import Identification, SittingState
from cact_tui.proctoring.lockouts import key_of, put_on_record, seat_key
from cact_tui.proctoring.pins import verified

if TYPE_CHECKING:
    from cact_tui.clock import Clock
    from cact_tui.config.settings import EventSettings, Policy
    from cact_tui.journal.protocol import Store
    from cact_tui.journal.roster import Registration, Sitting, Tally

MINUTE_MS = 60_000


class Door:
    """Implements `delivery.sign_in.SignIn` for the sittings of an event.

    What is looked at, in this order: whether the number is on the roster, the papers were not
    refused, the sitting is open, the participant is not too late, and the PIN. Failures count for
    the participant and for the seat; never for an address, which a whole room may share.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        event: EventSettings,
        policy: Policy,
        *,
        proctored: bool = True,
    ) -> None:
        self._store = store
        self._clock = clock
        self._event = event
        self._policy = policy
        self._proctored = proctored
        self._recorded: set[tuple[str, str, int]] = set()
        """Lockouts that this process put on record: of whom, at which seat, until when."""

    @property
    def asks_pin(self) -> bool:
        """Return whether a PIN is asked for."""
        return self._policy.sign_in == "pin"

    @property
    def asks_name(self) -> bool:
        """Return whether a name or a NIP is asked for: no PIN is, and no proctor looks."""
        return not self.asks_pin and not self._proctored

    async def has_roster(self) -> bool:
        """Return whether only those may sign in who are on a roster.

        Without proctors and PINs that is so as soon as there is one.
        """
        if self._proctored or self.asks_pin:
            return True
        return bool(await self._store.roster.sittings(self._event.id))

    async def recognise(self, number: str, proof: str, seat: str) -> Registration | TurnedAway:
        """Return who has the number, if that is proved and may sign in now."""
        who = await self._store.roster.registered(self._event.id, number)
        if who is None:
            tally = await self._count(seat)
            return TurnedAway(why=Why.UNKNOWN) if tally.allowed else self._locked(tally)
        refusal = await self.unwelcome(who)
        if refusal is None and self.asks_pin:
            refusal = await self._wrong_pin(who, proof, seat)
        elif refusal is None and self.asks_name:
            refusal = await self._wrong_name(who, proof, seat)
        return refusal or who

    async def unwelcome(self, who: Registration) -> TurnedAway | None:
        """Return what keeps somebody out whatever the PIN."""
        if who.identification is Identification.REFUSED:
            return TurnedAway(why=Why.REFUSED)
        sitting = await self._store.roster.sitting(who.sitting)
        if sitting is None or sitting.state is SittingState.PLANNED:
            return TurnedAway(why=await self._not_yet(sitting), sitting=sitting)
        if sitting.state is SittingState.CLOSED:
            return TurnedAway(why=Why.CLOSED, sitting=sitting)
        if await self._late(who, sitting):
            return TurnedAway(why=Why.LATE, minutes=self._policy.late_minutes)
        return None

    async def _not_yet(self, sitting: Sitting | None) -> Why:
        """Tell a sitting that is about to begin from one at another time."""
        others = await self._store.roster.sittings(self._event.id)
        elsewhere = any(one.state is SittingState.OPEN for one in others)
        today = sitting is not None and sitting.date == self._today()
        return Why.NOT_OPEN if today and not elsewhere else Why.OTHER_SITTING

    def _today(self) -> str:
        zone = ZoneInfo(self._event.timezone)
        moment = datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC)
        return moment.astimezone(zone).date().isoformat()

    async def _late(self, who: Registration, sitting: Sitting) -> bool:
        """Return whether somebody comes too late to begin.

        A PIN issued after the last moment is a proctor's word that this one may still come in.
        """
        if not self._policy.late_minutes:
            return False
        last = sitting.opened_at + self._policy.late_minutes * MINUTE_MS
        if self._clock.wall_ms() <= last:
            return False
        pin = await self._store.roster.pin_of(who.participant)
        if pin is not None and pin.sitting == sitting.id and pin.issued_at > last:
            return False
        return not await self._store.sessions(participant=who.participant)

    async def _wrong_pin(self, who: Registration, pin: str, seat: str) -> TurnedAway | None:
        """Return what is wrong with a PIN; nothing when it is right."""
        issued = await self._store.roster.pin_of(who.participant)
        if issued is None or issued.sitting != who.sitting:
            return TurnedAway(why=Why.NO_PIN)
        tally = await self._count(seat, who)
        right = tally.allowed and await verified(pin, issued.verifier)
        return await self._judged(who, seat, tally, Why.WRONG_PIN, right=right)

    async def _wrong_name(self, who: Registration, told: str, seat: str) -> TurnedAway | None:
        """Return what is wrong with a name or a NIP; nothing when it is that of the roster."""
        tally = await self._count(seat, who)
        right = _plainly(told) in {_plainly(who.name), _plainly(who.nip)} - {""}
        return await self._judged(who, seat, tally, Why.WRONG_NAME, right=right)

    async def _judged(
        self, who: Registration, seat: str, tally: Tally, wrong: Why, *, right: bool
    ) -> TurnedAway | None:
        """Return what became of an attempt that was counted; one that succeeded is forgiven."""
        if not tally.allowed:
            return await self._locked_out(who, seat, tally)
        if right:
            await self._store.roster.forgive([record.key for record in tally.records])
            return None
        failures = max(one.failures for one in tally.records if one.key == key_of(who.participant))
        left = self._policy.attempts.participant - failures
        if left > 0:
            return TurnedAway(why=wrong, attempts=left)
        return await self._locked_out(who, seat, tally)

    async def _locked_out(self, who: Registration, seat: str, tally: Tally) -> TurnedAway:
        """Keep somebody out; put on record, once, at which seat that came about."""
        now = self._clock.wall_ms()
        of_seat = seat_key(seat)
        locked = any(one.key == of_seat and one.locked_until > now for one in tally.records)
        lock = (who.participant, seat, _until(tally))
        if (tally.allowed or locked) and lock not in self._recorded:
            await put_on_record(self._store, who, seat, now)
            self._recorded.add(lock)
        return self._locked(tally)

    async def _count(self, seat: str, who: Registration | None = None) -> Tally:
        """Count an attempt before it is looked at."""
        limits = self._policy.attempts
        asked = [(key_of(who.participant), limits.participant)] if who else []
        asked += [(seat_key(seat), limits.seat)] if seat else []
        lock_ms = limits.lockout_minutes * MINUTE_MS
        return await self._store.roster.attempt(asked, self._clock.wall_ms(), lock_ms)

    def _locked(self, tally: Tally) -> TurnedAway:
        left = max(_until(tally) - self._clock.wall_ms(), 0)
        return TurnedAway(why=Why.LOCKED, minutes=-(-left // MINUTE_MS))


def _plainly(text: str) -> str:
    """Return letters and digits alone: nobody is kept out by a comma, a point or a capital."""
    return "".join(one for one in text.casefold() if one.isalnum())


def _until(tally: Tally) -> int:
    return max(record.locked_until for record in tally.records)
