from __future__ import annotations

import gettext

import pytest

from cact_tui.delivery import wording
from cact_tui.delivery.views import Standstill
from cact_tui.i18n import LANGUAGES, pick, translator
from cact_tui.sessions.decide import Reason


def test_indonesian_is_the_first_language_and_each_is_named_in_itself() -> None:
    assert list(LANGUAGES.items()) == [("id", "Bahasa Indonesia"), ("en", "English")]


def test_a_translator_belongs_to_a_session_and_installs_nothing() -> None:
    indonesian, english = translator("id"), translator("en")
    assert indonesian.gettext("AGREE") == "SETUJU"
    assert english.gettext("AGREE") == "AGREE"
    assert translator("id") is indonesian
    assert gettext.gettext("AGREE") == "AGREE"


def test_a_language_without_a_catalogue_speaks_english() -> None:
    assert translator("xx").gettext("AGREE") == "AGREE"


def test_english_knows_one_from_many_and_indonesian_has_one_form() -> None:
    said = [wording.time_left(translator("en"), minutes) for minutes in (1, 5)]
    assert said == ["1 minute left", "5 minutes left"]
    one, five = (wording.time_left(translator("id"), minutes) for minutes in (1, 5))
    assert one.replace("1", "5") == five


def test_a_text_is_picked_in_the_language_wanted_else_in_the_first_it_has() -> None:
    texts = {"id": "satu", "en": "one"}
    assert [pick(texts, language) for language in ("en", "id", "fr")] == ["one", "satu", "satu"]
    assert pick({}, "id") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_standstill_and_refusal_has_words_in_every_language(language: str) -> None:
    words = translator(language)
    for why in Standstill:
        title, text = wording.standstill(words, why.value)
        assert title
        assert text
    assert all(wording.refusal(words, reason) for reason in Reason)


def test_no_sentence_of_a_standstill_was_left_in_english() -> None:
    for why in Standstill:
        indonesian = wording.standstill(translator("id"), why.value)
        english = wording.standstill(translator("en"), why.value)
        assert not set(indonesian) & set(english)
