"""The watch: news of this process at once, of others within half a second."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.journal.watch import EVERY, Growth, Watch
from tests.journal.samples import AT, answer, opened

if TYPE_CHECKING:
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
    stop_all = watch.listen(EVERY, told.append)
    await asyncio.sleep(0.2)  # the first look
    told.clear()
    recorded = await store.append("a", 0, AT, [opened(), answer()])
    watch.notify(recorded)
    assert told == [Growth(session="a", seq=2, recorded=recorded)] * 2
    stop()
    stop_all()


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
