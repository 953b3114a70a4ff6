"""The watch: news of this process at once, of others within half a second."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.errors import ChainBroken
from cact_tui.journal.watch import Growth, Watch
from tests.journal.samples import AT, answer, opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from cact_tui.journal.protocol import Recorded
    from tests.journal.conftest import Open

QUICK = 0.02


async def heard(news: asyncio.Event, seconds: float = 5.0) -> bool:
    try:
        await asyncio.wait_for(news.wait(), seconds)
    except TimeoutError:
        return False
    news.clear()
    return True


async def test_what_another_process_appends_is_told(open_one_more: Open) -> None:
    one, other = open_one_more(), open_one_more()
    await other.append("a", 0, AT, [opened()])
    watch, news = Watch(one, seconds=QUICK), asyncio.Event()
    told: list[str] = []

    def on_news(one: Growth) -> None:
        told.append(one.session)
        news.set()

    stop = watch.listen("a", on_news)
    assert await heard(news)  # the first look tells everybody
    await other.append("b", 0, AT, [opened("p2")])
    assert not await heard(news, 0.2)
    await other.append("a", 1, AT, [answer()])
    assert await heard(news)
    assert set(told) == {"a"}
    stop()
    await other.append("a", 2, AT, [answer("a2")])
    assert not await heard(news, 0.2)


async def test_what_this_process_appends_is_told_at_once(open_one_more: Open) -> None:
    store = open_one_more()
    watch, told = Watch(store, seconds=60), list[Growth]()
    stop = watch.listen("a", told.append)
    await asyncio.sleep(0.2)  # the first look
    told.clear()
    recorded = await store.append("a", 0, AT, [opened(), answer()])
    watch.notify(recorded)
    assert told == [Growth(session="a", seq=2, recorded=recorded)]
    stop()


async def test_a_store_in_trouble_only_delays_news(open_one_more: Open) -> None:
    one, other = open_one_more(), open_one_more()
    watch, news = Watch(one, seconds=QUICK), asyncio.Event()
    stop = watch.listen("a", lambda _: news.set())
    assert await heard(news)
    await one.close()
    await asyncio.sleep(3 * QUICK)
    polling = watch._polling
    assert polling is not None
    assert not polling.done()
    stop()
    await asyncio.sleep(0)
    assert polling.cancelled() or polling.cancelling()
    await other.close()


async def test_news_of_others_bring_their_events_once_it_is_known_how_far_one_was_told(
    open_one_more: Open,
) -> None:
    one, other = open_one_more(), open_one_more()
    watch, told, news = Watch(one, seconds=QUICK), list[Growth](), asyncio.Event()

    def on_news(growth: Growth) -> None:
        told.append(growth)
        news.set()

    stop = watch.listen("a", on_news)
    assert await heard(news)
    watch.notify(await one.append("a", 0, AT, [opened()]))
    assert await heard(news)
    recorded = await other.append("a", 1, AT, [answer(), answer("a2")])
    assert await heard(news)
    assert told[-1] == Growth(session="a", seq=3, recorded=recorded)
    assert not await heard(news, 0.2)  # one's own are not told again
    late = list[Growth]()
    stop_late = watch.listen("a", late.append)
    await other.append("a", 3, AT, [answer("a3")])
    assert await heard(news)
    assert late == [Growth(session="a", seq=4)]  # whoever comes later may lack more
    stop()
    stop_late()


async def test_a_broken_session_holds_up_no_other_s_news(
    open_one_more: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = open_one_more(), open_one_more()
    watch, told = Watch(one, seconds=QUICK), list[Growth]()
    stops = [watch.listen(name, told.append) for name in "ab"]
    await asyncio.sleep(0.2)
    for name in "ab":
        watch.notify(await one.append(name, 0, AT, [opened(f"p-{name}")]))

    async def broken(_: Mapping[str, int]) -> tuple[Recorded, ...]:
        raise ChainBroken("a", 2, "not what was written")

    monkeypatch.setattr(one, "read_on", broken)
    told.clear()
    for name in "ab":
        await other.append(name, 1, AT, [answer()])
    await asyncio.sleep(0.3)
    assert {(growth.session, growth.seq, growth.recorded) for growth in told} == {
        ("a", 2, ()),
        ("b", 2, ()),
    }
    for stop in stops:
        stop()
