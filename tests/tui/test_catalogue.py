"""The catalogues hold every message of the program, and nothing else."""

from __future__ import annotations

import ast
import gettext
import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import cact_tui

PACKAGE = Path(cact_tui.__file__).parent
CATALOGUE = PACKAGE / "locales/id/LC_MESSAGES/cact.po"
FIELD = re.compile(r"\{[^{}]*\}")

Message = str | tuple[str, ...]


@cache
def _extracted() -> frozenset[Message]:
    found = extract_from_dir(PACKAGE, method_map=[("**.py", "python")])
    return frozenset(message for _file, _line, message, _comments, _context in found)


@cache
def _translated() -> dict[Message, tuple[str, ...]]:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="id")
    return {
        _message(message.id): _strings(message.string or "") for message in catalogue if message.id
    }


def _message(found: Any) -> Message:
    return found if isinstance(found, str) else tuple(found)


def _strings(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_no_message_is_missing() -> None:
    assert _extracted() - _translated().keys() == frozenset()


def test_no_message_is_left_over() -> None:
    assert _translated().keys() - _extracted() == set()


def test_every_message_is_translated_for_good() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="id")
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    assert not [key for key, texts in _translated().items() if not all(texts)]


def test_placeholders_are_the_same() -> None:
    for message, texts in _translated().items():
        for text in texts:
            wanted = _strings(message)[-1]
            assert sorted(FIELD.findall(text)) == sorted(FIELD.findall(wanted)), message


def test_blanks_at_the_ends_and_paragraphs_are_the_same() -> None:
    for message, texts in _translated().items():
        source = _strings(message)[0]
        for text in texts:
            assert (text[0] == " ", text[-1] == " ") == (source[0] == " ", source[-1] == " ")
            assert text.count("\n\n") == source.count("\n\n"), message


def test_the_compiled_catalogue_is_fresh() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="id")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue()
    compiled.seek(0)
    assert gettext.GNUTranslations(compiled).gettext("AGREE") == "SETUJU"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_no_message_hides_in_an_f_string(path: Path) -> None:
    """Neither `_(f"…")` nor `f"{_(…)}"`: Babel finds neither of them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            assert not [call for call in ast.walk(node) if _translates(call)]
        elif _translates(node):
            assert isinstance(node, ast.Call)
            assert all(isinstance(text, ast.Constant | ast.BinOp) for text in node.args[:1])


def _translates(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return isinstance(node.func, ast.Name) and node.func.id == "_"
