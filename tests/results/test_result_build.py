from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import attrs
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cact_tui.banks.items import BankPurpose, ItemStatus
from cact_tui.errors import BadInput
from cact_tui.journal.protocol import Comment
from cact_tui.results.build import build_result
from cact_tui.results.page import result_page
from cact_tui.results.plain import NotAResult, from_json, from_plain, to_json, to_plain
from cact_tui.results.tree import Result
from cact_tui.sessions import events as e
from tests.results.samples import (
    AT,
    CANARY,
    bank,
    closing,
    full,
    identity,
    materials,
    opening,
    recorded,
    sat,
    section,
    shown,
)

if TYPE_CHECKING:
    from cact_tui.config.settings import Materials

SCHEMA = json.loads(
    files("cact_tui.results").joinpath("schema/result-1.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
ANSWERS = [1, 0] * 10


def valid(result: Result) -> dict[str, Any]:
    """Return a result as JSON after checking it against the schema."""
    content: dict[str, Any] = json.loads(to_json(result))
    VALIDATOR.validate(content)
    return content


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def _shapes(kind: type) -> dict[str, set[str]]:
    """Return the fields of a record and of every record in it, by name."""
    found = {kind.__name__: {field.name for field in attrs.fields(kind)}}
    for hint in get_type_hints(kind).values():
        for part in (hint, *_parts(hint)):
            if attrs.has(part):
                found |= _shapes(part)
    return found


def _parts(hint: Any) -> tuple[Any, ...]:
    """Return the types inside a tuple, a mapping or a union, at any depth."""
    return tuple(inner for part in get_args(hint) for inner in (part, *_parts(part)))


def test_the_schema_has_the_fields_of_the_tree_and_no_others() -> None:
    shapes = _shapes(Result)
    objects = {"Result": SCHEMA} | {
        name: one for name, one in SCHEMA["$defs"].items() if name != "Figures"
    }
    assert {name: set(one["properties"]) for name, one in objects.items()} == shapes
    for one in objects.values():
        assert one["additionalProperties"] is False
        assert set(one["required"]) == set(one["properties"])


def test_a_finished_session_gives_a_valid_draft() -> None:
    result = build_result(sat(full(), {"alpha": ANSWERS}), full(), identity())
    content = valid(result)
    assert content["status"] == "draft"
    assert content["session"]["state"] == "finished"
    assert content["reference"] == "K7QF-2MXD"
    assert content["participant"]["number"] == "0231"
    assert content["chain"]["digest"] == sat(full(), {"alpha": ANSWERS})[-1].digest


def test_estimates_and_priors_are_those_of_the_events_bit_for_bit() -> None:
    record = sat(full(), {"alpha": ANSWERS})
    (ended,) = (one.event for one in record if isinstance(one.event, e.SectionEnded))
    read = from_json(to_json(build_result(record, full()))).sections[0]
    assert read.estimates.final == ended.final
    assert read.estimates.interim == ended.interim
    assert read.estimates.beside == ended.beside
    assert read.priors.final == ended.prior
    shown = [one.event.estimate for one in record if isinstance(one.event, e.ItemShown)]
    assert [item.before for item in read.items] == shown
    assert [item.after for item in read.items] == [*shown[1:], ended.interim]


def test_a_result_reads_back_equal() -> None:
    result = build_result(sat(full(), {"alpha": ANSWERS}), full(), identity())
    assert from_json(to_json(result)) == result


def test_local_times_and_validity_are_the_events() -> None:
    result = build_result(sat(full(), {"alpha": ANSWERS}), full())
    assert result.session.opened.utc == "2024-02-20T01:30:00.000Z"
    assert result.session.opened.local == "2024-02-20T08:30:00.000+07:00"
    assert result.session.valid_until == "2027-02-20"


def test_validity_from_a_leap_day_ends_on_the_28th() -> None:
    record = sat(full(), {"alpha": ANSWERS})
    leap = tuple(evolve(one, at=one.at + 9 * 86_400_000) for one in record)
    assert build_result(leap, full()).session.valid_until == "2027-02-28"


def test_an_unknown_time_zone_leaves_the_local_time_out() -> None:
    event = full()
    elsewhere = evolve(event, event=evolve(event.event, timezone="Nowhere/Land"))
    result = build_result(sat(event, {"alpha": ANSWERS}), elsewhere)
    assert result.session.opened.local is None
    valid(result)


def test_states_are_counted_and_never_categories() -> None:
    given: list[int | str] = [1, 0, "omitted", "timed_out", "interrupted", 1]
    result = build_result(sat(full(), {"alpha": given}), full())
    counts = result.counts
    assert (counts.answered, counts.omitted, counts.timed_out, counts.interrupted) == (3, 1, 1, 1)
    assert counts.not_reached == 4
    assert [item.category for item in result.sections[0].items] == [1, 0, None, None, None, 1]
    valid(result)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (e.SessionTerminated(by="BUDI", reason="conduct"), "terminated"),
        (e.SessionWithdrawn(reason="ill"), "withdrawn"),
        (e.Paused(by="participant", reason="leave"), "paused"),
    ],
)
def test_a_session_that_did_not_finish_has_a_result_without_a_level(
    end: e.Event, state: str
) -> None:
    record = sat(full(), {"alpha": ANSWERS}, unfinished=["alpha"], end=end)
    result = build_result(record, full())
    assert result.session.state == state
    assert result.sections[0].state == "begun"
    (scale,) = result.profile.scales
    assert not scale.measured
    assert scale.reasons[0].code == "not_ended"
    valid(result)


def test_a_section_that_never_began_says_so() -> None:
    event = full(("alpha", "beta"))
    record = sat(event, {"alpha": ANSWERS}, end=e.SessionTerminated(by="B", reason="time"))
    result = build_result(record, event)
    assert result.sections[1].state == "not_begun"
    assert result.profile.scales[1].reasons[0].code == "not_begun"
    valid(result)


def test_a_section_s_budget_is_the_one_it_had_with_all_extra_time() -> None:
    granted = [
        e.TimeExtended(
            grant=grant, seconds=300, kind="incident", by="Ani", reason="other", section=section
        )
        for grant, section in (("g-1", "s-alpha"), ("g-2", None), ("g-3", "s-alpha"))
    ]
    plain = build_result(sat(full(), {"alpha": ANSWERS}), full())
    before = plain.sections[0].budget_seconds
    assert before is not None
    result = build_result(sat(full(), {"alpha": ANSWERS}, extra=granted), full())
    assert result.sections[0].id == "s-alpha"
    assert result.sections[0].budget_seconds == before + 600
    valid(result)


def test_an_item_still_on_the_screen_is_open() -> None:
    record = sat(full(), {"alpha": ANSWERS}, unfinished=["alpha"])[:-2]
    result = build_result(record, full())
    assert result.sections[0].items[-1].state == "open"
    assert result.counts.open == 1
    valid(result)


def test_a_canceled_session_has_an_empty_result() -> None:
    record = recorded([opening(), e.SessionCanceled(by="BUDI", reason="no-show")])
    result = build_result(record, full())
    assert result.session.state == "canceled"
    assert result.counts.answered == 0
    valid(result)


def test_a_test_that_somebody_else_sat_tells_nothing_of_whom_it_was_opened_for() -> None:
    taken = [one.event for one in sat(full(), {"alpha": ANSWERS})]
    record = recorded([*taken, e.SessionInvalidated(by="BUDI", reason="examinee.id")])
    result = build_result(record, full(), identity())
    assert result.session.state == "invalidated"
    assert (result.participant.number, result.participant.name) == (None, None)
    assert not result.profile.decisions_allowed
    assert result.profile.job_match.value is None
    for scale in result.profile.scales:
        assert [reason.code for reason in scale.reasons] == ["invalidated"]
        assert (scale.final, scale.band, scale.level, scale.standard) == (None, None, None, None)
    # What was answered stays provable.
    assert result.counts.answered == len(ANSWERS)
    valid(result)


def test_identity_and_comments_may_be_erased() -> None:
    comment = e.CommentMade(digest="cd" * 32, item=None)
    record = sat(full(), {"alpha": ANSWERS}, extra=[comment])
    told = build_result(
        record,
        full(),
        identity(),
        [Comment(session="K7QF-2MXD", digest="cd" * 32, salt="s", text="too loud")],
    )
    erased = build_result(record, full())
    assert told.incidents.comments[0].text == "too loud"
    assert erased.incidents.comments[0].text is None
    assert erased.participant.name is None
    assert erased.participant.position_group == "administrator"
    valid(erased)


def granted(grant: str, seconds: int, kind: str, section: str | None = None) -> e.TimeExtended:
    return e.TimeExtended(
        grant=grant, seconds=seconds, kind=kind, by="BUDI", reason="the-reason", section=section
    )


def test_what_proctors_did_is_told_but_never_their_words_or_why_an_accommodation() -> None:
    extra: list[e.Event] = [
        e.IdentityChecked(outcome="refused", by="BUDI", reason="examinee.id"),
        e.IdentityChecked(outcome="confirmed", by="SARI"),
        granted("g1", 900, "planned"),
        granted("g2", 120, "incident", "s-alpha"),
        e.MessageSent(digest="aa" * 32, by="BUDI"),
        e.MessageSent(digest="bb" * 32, by="BUDI"),
    ]
    result = build_result(sat(full(), {"alpha": ANSWERS}, extra=extra), full())
    content = valid(result)
    told = content["incidents"]
    assert [(one["outcome"], one["by"], one["reason"]) for one in told["identity_checks"]] == [
        ("refused", "BUDI", "examinee.id"),
        ("confirmed", "SARI", None),
    ]
    assert [(one["kind"], one["section"], one["reason"]) for one in told["extra_time"]] == [
        ("planned", None, None),
        ("incident", "s-alpha", "the-reason"),
    ]
    assert told["messages"] == 2
    assert content["session"]["accommodation"] == "extra time, 900 s"
    page = result_page(result)
    assert "15:00 for the whole session, planned, by BUDI" in page
    assert "2:00 in s-alpha, incident, by BUDI" in page
    assert "refused by BUDI" in page
    assert from_json(to_json(result)) == result


@given(categories=st.lists(st.sampled_from([0, 1, "timed_out"]), min_size=2, max_size=2))
@settings(max_examples=6, deadline=None)
def test_pretest_items_are_listed_and_change_nothing_that_is_said(
    categories: list[int | str],
) -> None:
    event = with_pretest()
    (one,) = event.battery.sections
    record = sat(event, {"alpha": ANSWERS})
    events = [entry.event for entry in record]
    at = next(n for n, event in enumerate(events) if isinstance(event, e.SectionEnded))
    ended = events[at]
    assert isinstance(ended, e.SectionEnded)
    for number, category in enumerate(categories):
        item = event.banks["bank-alpha"].items[f"ALPHA-{38 + number:03d}"]
        place = len(ANSWERS) + number + 1
        pretest = evolve(shown(one.id, place, item, ended.interim), role="pretest")
        events[at:at] = [pretest, closing(one.id, place, item, category)]
        at += 2
    alone, among = (build_result(found, event) for found in (record, recorded(events)))
    valid(among)
    assert among.profile == alone.profile
    assert among.evidence == alone.evidence
    assert evolve(among.counts, pretest=0) == alone.counts
    assert among.counts.pretest == 2
    assert among.sections[0].estimates == alone.sections[0].estimates
    assert among.sections[0].items[: len(ANSWERS)] == alone.sections[0].items
    assert [item.role for item in among.sections[0].items[len(ANSWERS) :]] == ["pretest"] * 2


def with_pretest() -> Materials:
    """Return materials whose last two items are pretested and have no parameters."""
    event = full()
    bank = event.banks["bank-alpha"]
    items = {
        name: evolve(item, status=ItemStatus.PRETEST, parameters=None, provenance=None)
        if number >= 38
        else item
        for number, (name, item) in enumerate(bank.items.items())
    }
    return evolve(event, banks={bank.id: evolve(bank, items=items)})


def test_a_result_from_before_these_fields_is_still_read() -> None:
    content = json.loads(to_json(build_result(sat(full(), {"alpha": ANSWERS}), full())))
    for name in ("extra_time", "identity_checks", "messages"):
        del content["incidents"][name]
    del content["counts"]["pretest"]
    del content["sections"][0]["counts"]["pretest"]
    del content["sections"][0]["method"]["pretest"]
    assert from_json(json.dumps(content)).sections[0].method.pretest is None


def test_incidents_are_told_with_their_times() -> None:
    extra: list[e.Event] = [
        e.Paused(by="BUDI", reason="power"),
        e.Resumed(by="BUDI"),
        e.AuthorisationRequired(reason="away"),
        e.Authorised(by="BUDI"),
        e.IrregularityRecorded(code="technical.network", detail="cut", by="system"),
        e.ProctorCalled(item=None),
    ]
    incidents = build_result(sat(full(), {"alpha": ANSWERS}, extra=extra), full()).incidents
    assert [(one.kind, one.ended_by) for one in incidents.standstills] == [
        ("pause", "BUDI"),
        ("authorisation", "BUDI"),
    ]
    assert incidents.irregularities[0].code == "technical.network"
    assert len(incidents.proctor_calls) == len(incidents.connections) == 1


def test_no_key_and_nothing_of_unchosen_options_is_in_a_result() -> None:
    text = to_json(build_result(sat(full(), {"alpha": ANSWERS}), full(), identity()))
    assert CANARY not in text
    assert "correct" not in text
    assert "rationale" not in text


def test_assumed_parameters_are_said_in_section_and_item() -> None:
    event = materials([bank()])
    content = valid(build_result(sat(event, {"alpha": ANSWERS}), event))
    assert content["sections"][0]["parameters"] == "assumed"
    assert content["sections"][0]["items"][0]["parameters"]["evidence"] == "assumed"
    assert content["label"] == "uji coba"


def test_another_items_bank_is_refused() -> None:
    event = full()
    other = event.banks["bank-alpha"]
    edited = {k: evolve(v, digest="e" * 64) for k, v in other.items.items()}
    wrong = evolve(event, banks={"bank-alpha": evolve(other, items=edited)})
    with pytest.raises(BadInput, match="pinned"):
        build_result(sat(event, {"alpha": ANSWERS}), wrong)


def test_events_must_begin_with_the_first() -> None:
    record = sat(full(), {"alpha": ANSWERS})
    with pytest.raises(ValueError, match="from its first on"):
        build_result(record[1:], full())
    with pytest.raises(ValueError, match="from its first on"):
        build_result((), full())


def test_a_demonstration_and_a_rehearsal_are_trials_whatever_the_evidence() -> None:
    event = full()
    demo = evolve(
        event,
        banks={
            name: evolve(one, purpose=BankPurpose.DEMONSTRATION)
            for name, one in event.banks.items()
        },
    )
    assert build_result(sat(event, {"alpha": ANSWERS}), event).trial_reasons == ()
    assert build_result(sat(event, {"alpha": ANSWERS}), demo).trial_reasons == ("demonstration",)
    record = sat(event, {"alpha": ANSWERS}, opened=opening(rehearsal=True))
    assert build_result(record, event).trial_reasons == ("rehearsal",)


def test_settings_are_kept_as_json_knows_them() -> None:
    event = materials([bank()], sections=[section(bounds={"cakap": [3, 20], "etis": [3, 20]})])
    result = build_result(sat(event, {"alpha": ANSWERS}), event)
    assert result.sections[0].method.content.settings["bounds"] == {
        "cakap": [3, 20],
        "etis": [3, 20],
    }
    assert from_json(to_json(result)) == result


@given(
    st.lists(
        st.one_of(st.integers(0, 1), st.sampled_from(["omitted", "timed_out", "interrupted"])),
        max_size=40,
    ),
    st.sampled_from([(), ("alpha",)]),
)
@settings(max_examples=40, deadline=None)
def test_every_session_gives_a_valid_result_that_reads_back(
    answers: list[int | str], unfinished: tuple[str, ...]
) -> None:
    record = sat(EVENT, {"alpha": answers}, unfinished=unfinished)
    result = build_result(record, EVENT, identity())
    valid(result)
    assert from_json(to_json(result)) == result


EVENT = full()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"format": 2}', '{"format": 1}', "NaN", "[" * 100_000, '{"format": true}'],
)
def test_what_is_no_result_is_named_not_crashed_on(text: str) -> None:
    with pytest.raises(NotAResult):
        from_json(text)


def test_nothing_is_coerced_on_reading() -> None:
    content = to_plain(build_result(sat(EVENT, {"alpha": ANSWERS}), EVENT))
    with pytest.raises(NotAResult):
        from_plain(content | {"version": "1"})
    with pytest.raises(NotAResult):
        from_plain(content | {"surprise": 1})
    assert content["sections"][0]["started"]["utc"].startswith("2024-02-20")
    assert AT % 1000 == 0
