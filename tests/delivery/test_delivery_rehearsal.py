from __future__ import annotations

import pytest

from cact_tui.delivery.flow import ParticipantFlow
from cact_tui.delivery.rehearsal import Mind, RehearsalRefused, SimulatedParticipant
from cact_tui.delivery.views import EndView, ItemView, View
from cact_tui.sessions import events as e
from tests.delivery.hall import NAME, NUMBER, TERMINAL, Hall, of_kind, two_sections


def simulated(hall: Hall, mind: Mind, name: str = NAME) -> SimulatedParticipant:
    flow = ParticipantFlow(hall.services, TERMINAL)
    return SimulatedParticipant(flow, mind.answer, number=NUMBER, name=name, language="id")


async def answers(hall: Hall) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.item, one.given) for one in of_kind(await hall.events(), e.ResponseGiven)]


async def rehearsed(seed: str, theta: float | None = None) -> Hall:
    hall = Hall(two_sections(practice=True))
    last = await simulated(hall, Mind(hall.plan, seed, theta)).run()
    assert isinstance(last, EndView)
    return hall


async def test_the_same_seed_gives_the_same_answers_and_another_one_others() -> None:
    first, again, other = [await answers(await rehearsed(seed)) for seed in ("a", "a", "b")]
    assert len(first) == 5
    assert first == again != other


async def test_the_able_answer_better_than_those_who_are_not() -> None:
    scored = []
    for theta in (-4.0, 4.0):
        given = of_kind(await (await rehearsed("seed", theta)).events(), e.ResponseGiven)
        scored.append(sum(one.category for one in given))
    assert scored == [0, 5]


async def test_an_ability_is_drawn_by_seed_and_scale() -> None:
    plan = Hall().plan
    drawn = {Mind(plan, seed).ability(scale) for seed in "abc" for scale in ("scale", "third")}
    assert len(drawn) == 6
    assert Mind(plan, "a").ability("scale") == Mind(plan, "a").ability("scale")
    assert Mind(plan, "a", 1.5).ability("scale") == 1.5


async def test_abilities_are_standard_normal() -> None:
    plan = Hall().plan
    drawn = [Mind(plan, str(n)).ability("scale") for n in range(800)]
    mean = sum(drawn) / len(drawn)
    variance = sum((one - mean) ** 2 for one in drawn) / len(drawn)
    assert abs(mean) < 0.15
    assert 0.8 < variance < 1.2


async def test_whatever_interrupts_it_the_answers_are_the_same() -> None:
    whole = await answers(await rehearsed("seed"))

    class Cut(Exception):
        """Somebody pulls the plug."""

    hall = Hall(two_sections(practice=True))
    for items in (3, 1, 2, 2):
        seen = 0

        def watch(view: View, items: int = items) -> None:
            nonlocal seen
            seen += isinstance(view, ItemView) and not view.practice
            if seen > items:
                raise Cut

        with pytest.raises(Cut):
            await simulated(hall, Mind(hall.plan, "seed")).run(watch)
    await simulated(hall, Mind(hall.plan, "seed")).run()
    assert await answers(hall) == whole


async def test_who_is_not_let_in_says_why() -> None:
    hall = await rehearsed("seed")
    with pytest.raises(RehearsalRefused, match="REF-1"):
        await simulated(hall, Mind(hall.plan, "seed")).run()


async def test_every_view_can_be_watched_and_the_heart_is_stopped() -> None:
    hall = Hall()
    participant = simulated(hall, Mind(hall.plan, "seed"))
    views: list[View] = []
    last = await participant.run(views.append)
    assert views[-1] == last
    assert {type(view).__name__ for view in views} >= {
        "LanguageView",
        "IdentityView",
        "PassageView",
        "ConfirmView",
        "ItemView",
        "EndView",
    }
