"""Every view is said line by line and asks for one line."""

from __future__ import annotations

import pytest
from attrs import evolve

from cact_tui.delivery.actions import (
    Acknowledge,
    Back,
    CallForProctor,
    ChooseLanguage,
    Confirm,
    Continue,
    GoOnWith,
    Identify,
    Leave,
    Return,
    WriteComment,
)
from cact_tui.delivery.views import LanguageView, Passage, Saving, View
from cact_tui.i18n import LANGUAGES as CODES
from cact_tui.plain.face import CLOSED, GONE
from tests.plain import script
from tests.plain.script import FakeFlow, Person, scripted


async def test_an_item_is_said_from_the_saved_answer_to_the_prompt() -> None:
    text, code = await scripted(FakeFlow(script.ITEM), [])
    assert text == (
        "\n"
        "Answer 7 saved.\n"
        "DIGITAL LITERACY, section 2 of 5. Item 8, at most 20.\n"
        "\n"
        "What is the first step?\n"
        "\n"
        "A. Reply to it.\n"
        "B. Report it.\n"
        "C. Open it.\n"
        "D. Forward it.\n"
    )
    assert code == GONE


async def test_a_prompt_waits_in_its_line_for_a_person() -> None:
    text, _ = await Person(FakeFlow(script.ITEM)).sit()
    assert text.endswith("D. Forward it.\nYour answer, A to D: ")


async def test_a_prompt_ends_its_line_for_a_script() -> None:
    text, _ = await scripted(FakeFlow(script.SECTION), ["x"])
    assert "Press Enter to go on:\n" in text


async def test_the_first_view_speaks_every_language_and_offers_what_was_cut_off() -> None:
    text, _ = await scripted(FakeFlow(script.LANGUAGES), ["?"])
    for expected in script.LANGUAGES.titles:
        assert expected in text
    assert "1. Bahasa Indonesia\n2. English\n" in text
    assert "3. K7QF-2MXD, 0231\n" in text
    assert "\nulang: " in text
    assert "\nrepeat: " in text


async def test_whoever_is_held_calls_the_proctor_and_comments_by_words() -> None:
    flow = FakeFlow(script.PAUSED)
    text, _ = await scripted(flow, ["help", "call", "note The light went out.", "time"])
    assert flow.actions == [CallForProctor(), WriteComment("The light went out.")]
    assert "call: call the proctor to your seat." in text
    assert "The proctor has been called." in text
    assert "Your comment is saved." in text


async def test_whoever_has_left_calls_nobody() -> None:
    flow = FakeFlow(script.LEFT)
    await scripted(flow, ["call", "panggil", "note x"])
    assert flow.actions == []


async def test_leaving_before_the_test_closes_the_terminal() -> None:
    flow = FakeFlow(script.PRIVACY, script.LEFT_FOR_GOOD)
    text, code = await scripted(flow, ["leave", "keluar", "leave", "leave"])
    assert "Your test has not begun here." in text
    assert flow.actions == [Leave("LEAVE")]
    assert code == CLOSED


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("1", ChooseLanguage("id")),
        ("2.", ChooseLanguage("en")),
        ("english", ChooseLanguage("en")),
        ("3", GoOnWith("K7QF-2MXD")),
    ],
)
async def test_a_number_or_a_name_chooses_on_the_first_view(line: str, action: object) -> None:
    flow = FakeFlow(script.LANGUAGES)
    await scripted(flow, ["9", "", "zero", line])
    assert flow.actions == [action]


async def test_identity_is_asked_one_question_after_the_other() -> None:
    flow = FakeFlow(script.IDENTITY)
    text, _ = await scripted(flow, ["", "0231", "SITI", "7", "2"])
    assert flow.actions == [Identify(number="0231", name="SITI", position_group="pelaksana")]
    assert "Please fill this in.\n" in text
    assert "1. Senior\n2. Executive\n" in text


async def test_a_number_alone_is_enough_where_a_roster_knows_the_rest() -> None:
    flow = FakeFlow(evolve(script.IDENTITY, ask_name=False, groups=()))
    await scripted(flow, [" 19860926 201505 1 001 "])
    assert flow.actions == [Identify(number="19860926 201505 1 001")]


async def test_a_pin_is_asked_for_anew_after_a_complaint() -> None:
    wrong = evolve(script.PIN, problem="That is not the PIN.")
    flow = FakeFlow(script.PIN, wrong, moves=(Identify,))
    text, _ = await scripted(flow, ["0231", "482913", "0231", "771204"])
    assert flow.actions == [
        Identify(number="0231", pin="482913"),
        Identify(number="0231", pin="771204"),
    ]
    assert "PIN:\n" in text
    assert "That is not the PIN.\n" in text
    assert "Enter keeps 482913" not in text
    assert "482913" not in text


async def test_a_message_is_said_and_read_with_enter_before_the_test_goes_on() -> None:
    flow = FakeFlow(script.MESSAGE, script.ITEM, moves=(Acknowledge,))
    text, _ = await scripted(flow, ["what?", ""])
    assert flow.actions == [Acknowledge("m-1")]
    assert "Please speak to me.\n" in text
    assert "Press Enter on an empty line when you have read the message.\n" in text
    assert text.index("Please speak") < text.index("What is the first step?")


async def test_a_complaint_is_said_and_what_was_typed_can_be_kept() -> None:
    wrong = evolve(script.IDENTITY, number="0231", name="SITI", problem="Not on the list.")
    flow = FakeFlow(script.IDENTITY, wrong)
    text, _ = await scripted(flow, ["0231", "SITI", "1", "0232", "", "2"])
    assert text.count("Not on the list.") == 2
    assert "Participant number / NIP, Enter keeps 0231:\n" in text
    assert flow.actions[-1] == Identify(number="0232", name="SITI", position_group="pelaksana")


async def test_the_same_complaint_twice_is_said_twice() -> None:
    wrong = evolve(script.IDENTITY, ask_name=False, groups=(), number="9", problem="Unknown.")
    text, _ = await scripted(FakeFlow(wrong, wrong, wrong), ["", ""])
    assert text.count("Unknown.\n") == 3


async def test_back_goes_from_question_to_question_and_then_out() -> None:
    flow = FakeFlow(script.IDENTITY, script.LANGUAGES)
    await scripted(flow, ["0231", "kembali", "back"])
    assert flow.actions == [Back()]


async def test_the_word_confirms_and_nothing_else_does() -> None:
    flow = FakeFlow(script.CONFIRM)
    text, _ = await scripted(flow, ["", "yes", "agree now", "Agree"])
    assert flow.actions == [Confirm("Agree")]
    assert "Number: 0231.\nName: SITI.\n" in text
    assert "type back if it is not" in " ".join(text.split())


async def test_a_refused_confirmation_is_explained() -> None:
    refused = evolve(script.CONFIRM, problem="This test has ended.")
    text, _ = await scripted(FakeFlow(script.CONFIRM, refused, refused), ["agree", "agree", "back"])
    assert text.count("This test has ended.\n") == 2


async def test_a_passage_is_said_whole_and_enter_alone_goes_on() -> None:
    flow = FakeFlow(script.SECTION, script.ITEM, moves=(Continue,))
    text, _ = await scripted(flow, ["yes", ""])
    assert "DIGITAL LITERACY, section 2 of 5.\n\nAbout this section.\n" in text
    assert "Items: at most 20.\nTime: 30 minutes.\n" in text
    assert "Press Enter on an empty line to go on.\n" in text
    assert flow.actions == [Continue()]


async def test_before_the_test_a_passage_has_a_way_back_and_no_proctor() -> None:
    flow = FakeFlow(script.PRIVACY)
    await scripted(flow, ["call", "note something", "time", "back"])
    assert flow.actions == [Back()]


@pytest.mark.parametrize(
    ("passage", "words"),
    [
        (Passage.RULES, "call for the proctor, leave to leave"),
        (Passage.PRACTICE, "you type the letter of an option"),
    ],
)
async def test_rules_and_practice_say_what_takes_the_place_of_keys(
    passage: Passage, words: str
) -> None:
    text, _ = await scripted(FakeFlow(evolve(script.SECTION, passage=passage)), [])
    assert words in " ".join(text.split())


async def test_practice_has_no_number_of_items() -> None:
    text, _ = await scripted(FakeFlow(script.PRACTICE), [])
    assert "PRACTICE – NOT SCORED, item 1 of 3.\n" in text


async def test_a_case_stands_before_its_question_and_is_said_once_for_several_items() -> None:
    following = evolve(script.CASE_ITEM, item="dl-9", position=9, stem="And then?")
    text, _ = await scripted(FakeFlow(script.CASE_ITEM, following), ["a", "", "kasus"])
    first, second = text.split("And then?")
    assert "Case: One counter.\nA long case.\n\nIt goes on.\n\nWhat is" in first
    assert "The same case as before." in first
    assert first.count("A long case.") == 1
    assert second.count("A long case.") == 1


async def test_a_standstill_waits_for_the_view_to_change() -> None:
    flow = FakeFlow(script.PAUSED)
    person = Person(flow)
    person.on_words["Please stay seated."] = lambda: person.type("a\n")
    person.on_words["Please wait."] = lambda: flow.show(script.ITEM)
    text, _ = await person.sit()
    assert "Please wait. The test goes on by itself, and you will hear it.\n" in text
    assert text.endswith("Your answer, A to D: ")
    assert flow.told == ["pages 1", "appeared", "last page"]
    assert flow.actions == []


async def test_after_leaving_enter_is_possible_and_the_same_words_are_not_said_twice() -> None:
    flow = FakeFlow(script.LEFT, script.LEFT_FOR_GOOD)
    text, code = await scripted(flow, ["what", ""])
    assert flow.actions == [Return()]
    assert text.count("You have left your test.") == 1
    assert text.endswith("This terminal is closed now.\n")
    assert code == CLOSED


async def test_a_closing_view_ends_it_without_a_question() -> None:
    flow = FakeFlow(script.TAKEN_OVER)
    text, code = await scripted(flow, ["a"])
    assert code == CLOSED
    assert text.startswith("\nCONTINUED ELSEWHERE.\nYour test goes on at another terminal.\n")
    assert flow.closed == 1


async def test_the_end_spells_the_reference_and_closes_with_enter() -> None:
    flow = FakeFlow(script.END, script.LEFT_FOR_GOOD)
    text, code = await scripted(flow, ["bye", "ulang", ""])
    assert "Reference number: K7QF-2MXD.\n" in text
    assert "Letter by letter: K, 7, Q, F, dash, 2, M, X, D.\n" in text
    assert "Thank you.\n\nYour profile.\n" in text
    assert "You have left" not in text
    assert flow.actions == [Return()]
    assert code == CLOSED


PROFILE = """\
EAP    0.24   -0.40 to 0.86, 90% probable

      0           1           2          3
-------------|----------|-----[=====|==*======]
           -1.8       -0.9         0.0

Level: 3
2
- not part of this test: integritas
  komunikasi
"""


async def test_what_a_profile_draws_is_left_to_its_words() -> None:
    text, _ = await scripted(FakeFlow(evolve(script.END, profile=PROFILE)), [])
    assert text.endswith(
        "EAP, 0.24, -0.40 to 0.86, 90% probable\n"
        "\n"
        "Level: 3\n2\n- not part of this test: integritas\n  komunikasi\n"
    )


async def test_a_trial_says_so() -> None:
    text, _ = await scripted(FakeFlow(evolve(script.ITEM, trial=True)), [])
    assert "section 2 of 5, trial." in text
    text, _ = await scripted(FakeFlow(evolve(script.END, trial=True)), [])
    assert "FINISHED, trial.\n" in text


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("view", script.ALL_VIEWS, ids=lambda view: type(view).__name__)
async def test_every_view_can_be_heard_and_left_in_every_language(
    view: View, language: str
) -> None:
    spoken = view if isinstance(view, LanguageView) else evolve(view, language=language)
    flow = FakeFlow(spoken)
    text, _ = await scripted(flow, ["?", "bantuan", "ulang", "repeat", "leave", "keluar", "leave"])
    assert text
    assert all(isinstance(action, (Leave, Identify)) for action in flow.actions)
    assert flow.closed == 1


async def test_long_lines_are_wrapped_and_ascii_is_enough() -> None:
    item = evolve(script.ITEM, stem="“Surel” – café ≥ 3 … " + "kata " * 60, saving=Saving.NONE)
    text, _ = await scripted(FakeFlow(item), [], columns=40, ascii_only=True)
    assert text.isascii()
    assert '"Surel" - cafe >= 3 ...' in text
    assert max(map(len, text.split("\n"))) <= 40
