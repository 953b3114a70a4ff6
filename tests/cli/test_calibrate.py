"""`cact calibrate` as its user meets it: files in, a table and a bank out, never a traceback."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.banks.reading import parse_bank, read_bank
from cact_tui.cli.console import Exit
from cact_tui.cli.main import main
from cact_tui.cli.response_files import Columns, read_responses
from cact_tui.errors import BadInput, Problems
from cact_tui.psychometrics.pool import Pool
from tests.config.small_event import edit, lay_out
from tests.sessions.small_bank import bank_text, key_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cact_tui.banks.items import ItemBank

ITEMS = tuple(f"I-{number:02d}" for number in range(1, 13))
CALIBRATED = '[item.provenance]\nmethod = "mml"\nn = 900\ndate = 2026-01-01\nsoftware = "cact"\n'


SMALL = parse_bank(bank_text().encode(), "small.toml", Problems())


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(bank_text(), encoding="utf-8")
    key = tmp_path / "small.key.toml"
    key.write_text(key_text(), encoding="utf-8")
    key.chmod(0o600)
    return path


def read(path: Path) -> ItemBank:
    problems = Problems()
    bank = read_bank(path, problems)
    assert bank is not None, list(problems)
    return bank


def drawn(bank: ItemBank, people: int, shift: float = 0.0) -> list[list[str]]:
    """Return answers of people N(shift, 1) to the first twelve items."""
    items = [bank.items[item] for item in ITEMS]
    parameters = [item.parameters for item in items if item.parameters]
    pool = Pool.compile(ITEMS, [p.model for p in parameters], [p.values for p in parameters], 1.0)
    rng = np.random.default_rng(1)
    chances = pool.probabilities(rng.normal(shift, 1.0, people))[:, :, 1]
    return [[str(int(right)) for right in row] for row in rng.random(chances.shape) < chances]


def table(path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = ITEMS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run the command; return exit code, what was said and what was complained of."""
    code = main(["calibrate", *map(str, arguments)])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert "cact: unexpected" not in said.err
    return code, said.out, said.err


def test_a_table_of_estimates_is_printed(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bank.read_bytes()
    responses = table(tmp_path / "r.csv", drawn(read(bank), 800))
    code, said, complained = run(capsys, bank, responses, "--json", tmp_path / "report.json")
    assert code == Exit.GOOD
    assert "SCALE scale: 800 people, 12 items" in said
    assert "converged, a maximum" in said
    assert re.search(r"ITEM +MODEL +N +EVIDENCE +a +b +FIT p", said)
    assert re.search(
        r"I-03 +2PL +800 +calibrated +\d\.\d\d \(0\.\d\d\) +-?\d\.\d\d \(0\.\d\d\)", said
    )
    assert "former metric" in complained
    assert bank.read_bytes() == before
    (scale,) = json.loads((tmp_path / "report.json").read_text())["scales"]
    (third,) = (item for item in scale["items"] if item["id"] == "I-03")
    parameters = read(bank).items["I-03"].parameters
    assert parameters is not None
    for key in "ab":
        error = third["standard_errors"][key]
        assert third["parameters"][key] == pytest.approx(parameters.values[key], abs=4 * error)
    assert third["fit"]["method"] == "S-X2"


def test_estimates_are_written_with_their_provenance(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    responses = table(tmp_path / "r.csv", drawn(read(bank), 400))
    code, said, complained = run(capsys, bank, responses, "--write")
    assert code == Exit.GOOD
    assert "parameters written, items: 12" in said
    assert "raise bank.version" in complained
    after = read(bank)
    item, other = after.items["I-05"], after.items["I-13"]
    assert item.parameters is not None
    assert item.provenance is not None
    assert item.provenance.method == "mml"
    assert item.provenance.n == 400
    assert item.provenance.sample == "r.csv: 400 people"
    assert item.provenance.se.keys() == {"a", "b"}
    assert "pilot" in said  # fewer than the policy asks of a 2PL
    assert other.provenance is not None
    assert other.provenance.method == "assumed"
    assert main(["check", str(bank)]) == Exit.GOOD


def test_another_model_may_be_asked_for(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    responses = table(tmp_path / "r.csv", drawn(read(bank), 300))
    code, said, _ = run(capsys, bank, responses, "--model", "1PL", "--model", "GPCM", "--write")
    assert code == Exit.GOOD
    assert re.search(r"I-01 +1PL +300 +calibrated", said)
    parameters = read(bank).items["I-01"].parameters
    assert parameters is not None
    assert parameters.model == "1PL"
    assert parameters.values.keys() == {"b"}


def test_pretest_items_are_placed_on_the_scale_of_calibrated_ones(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = read(bank)
    text = bank.read_text().replace(
        '[item.provenance]\nmethod = "assumed"\nrule = "spread"\n', CALIBRATED
    )
    start = text.index('id = "I-04"')
    bank.write_text(text[:start] + text[start:].replace('"operational"', '"pretest"', 1))
    responses = table(tmp_path / "r.csv", drawn(truth, 1500, shift=0.8))
    code, said, _ = run(capsys, bank, responses, "--fixed", "--write")
    assert code == Exit.GOOD
    assert "1 item, 11 fixed" in said
    assert re.search(r"theta: mean 0\.\d+ \(0\.\d\d\)", said)
    assert re.search(r"I-04 +2PL +1500 +linked", said)
    item, expected = read(bank).items["I-04"], truth.items["I-04"].parameters
    assert item.provenance is not None
    assert item.provenance.method == "fixed"
    assert item.parameters is not None
    assert expected is not None
    assert item.parameters.values["b"] == pytest.approx(expected.values["b"], abs=0.4)


def test_assumed_anchors_link_to_nothing_and_are_not_written(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = bank.read_text()
    start = text.index('id = "I-04"')
    bank.write_text(text[:start] + text[start:].replace('"operational"', '"pretest"', 1))
    before = bank.read_bytes()
    responses = table(tmp_path / "r.csv", drawn(read(bank), 300))
    code, said, complained = run(capsys, bank, responses, "--fixed", "--write")
    assert code == Exit.NO
    assert "I-04" in said
    assert "nothing was written: scale: 11 of 11 anchors are not calibrated" in complained
    assert bank.read_bytes() == before


def test_differences_between_groups_are_told_by_class(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = drawn(read(bank), 1200)
    for number, row in enumerate(rows):
        if number % 2 and row[5] == "1" and number % 3:
            row[5] = "0"
    named = [[f"p{n}", "AB"[n % 2], *row] for n, row in enumerate(rows)]
    responses = table(tmp_path / "r.csv", named, ("participant", "sex", *ITEMS))
    code, said, _ = run(capsys, bank, responses, "--group", "sex")
    assert code == Exit.GOOD
    assert re.search(r"I-06 .* C p 0\.000", said)
    assert "I-06: differs between groups (MH D-DIF" in said
    assert re.search(r"I-01 .* A p 0\.\d+", said)


def test_missing_answers_other_columns_and_semicolons_are_read(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = drawn(read(bank), 300)
    for number, row in enumerate(rows):
        row[number % 12] = ""
    path = table(tmp_path / "r.csv", [[*row, "x"] for row in rows], (*ITEMS, "note"))
    text = "\ufeff" + path.read_text().replace(",", ";") + "\n;;;;;;;;;;;;\n"
    path.write_text(text, encoding="utf-8")
    code, said, _ = run(capsys, bank, path, "--ignore", "note")
    assert code == Exit.GOOD
    assert re.search(r"I-01 +2PL +275 ", said)


def test_what_cannot_be_estimated_is_left_out_and_said(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = drawn(read(bank), 200)
    for row in rows:
        row[2] = "1"
    responses = table(tmp_path / "r.csv", [[*row, "1"] for row in rows], (*ITEMS, "I-14"))
    code, said, _ = run(capsys, bank, responses)
    assert code == Exit.GOOD
    assert "I-03: everybody was right" in said
    assert "I-14: it is still in draft" in said


def test_an_item_keyed_wrongly_is_found_and_not_written(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = drawn(read(bank), 600)
    for row in rows:
        row[0] = "10"[int(row[0])]
    code, said, _ = run(capsys, bank, table(tmp_path / "r.csv", rows), "--write")
    assert code == Exit.GOOD
    assert "I-01: is not written: a is -" in said
    assert "parameters written, items: 11" in said


BAD_FILES = {
    "unknown column": (["I-01,I-2", "1,0"], ':1: "I-2": is no item of the bank small'),
    "column twice": (["I-01,I-01", "1,0"], ":1: I-01: stands there twice"),
    "category": (["I-01,I-02", "1,0", "2,1"], ':3: I-01: "2" is no category of the item'),
    "word": (["I-01,I-02", "1,b1"], ':2: I-02: "b1" is no category of the item'),
    "fields": (["I-01,I-02", "1"], ":2: has 1 fields, the header has 2"),
    "person twice": (["participant,I-01", "a,1", "a,0"], ':3: participant: "a" is there twice'),
    "no rows": (["I-01,I-02"], ":1: holds no responses"),
    "no items": (["participant", "a"], ":1: has no column of an item"),
    "only blanks": (["I-01,I-02", " , "], ":1: holds no responses"),
    "nothing": ([""], " is empty"),
    "quotes": (["I-01,I-02", '1,"0'], " is no CSV"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_are_named_by_line_and_column(
    name: str, bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, expected = BAD_FILES[name]
    path = tmp_path / "r.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, _, complained = run(capsys, bank, path)
    assert code == Exit.BAD_INPUT
    assert expected in complained
    assert re.search(r"\(.+\)\n", complained)


def test_bytes_that_are_no_text_are_bad_input(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(b"I-01,I-02\n1,0\n1,\xff\n")
    code, _, complained = run(capsys, bank, path)
    assert code == Exit.BAD_INPUT
    assert "r.csv:3: is not UTF-8" in complained


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--group", "sexx"], "sexx: is no column (did you mean sex?)"),
        (["--group", "sex"], "sex: there is one group only"),
        (["--ignore", "sex", "--fixed"], "there is no item to estimate"),
    ],
)
def test_options_that_do_not_suit_the_data_are_bad_input(
    options: list[str],
    expected: str,
    bank: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [["A", *row] for row in drawn(read(bank), 100)]
    code, _, complained = run(
        capsys, bank, table(tmp_path / "r.csv", rows, ("sex", *ITEMS)), *options
    )
    assert code == Exit.BAD_INPUT
    assert expected in complained


def test_a_file_or_bank_that_is_not_there_is_bad_input(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ((bank, tmp_path / "no.csv"), (tmp_path / "no.toml", bank)):
        code, _, complained = run(capsys, *arguments)
        assert code == Exit.BAD_INPUT
        assert "does not exist" in complained


def test_a_practice_bank_has_nothing_to_calibrate(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bank.write_text(bank_text(purpose="practice"), encoding="utf-8")
    code, _, complained = run(capsys, bank, table(tmp_path / "r.csv", [["1"] * 12]))
    assert code == Exit.BAD_INPUT
    assert "is a practice bank" in complained


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A result of the small event."""
    config = lay_out(tmp_path_factory.mktemp("taken") / "event")
    assert main(["take", "--rehearse", "--seed", "1", "--config", str(config)]) == Exit.GOOD
    (path,) = (config.parent / "results").glob("*.v1.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def results(folder: Path, result: dict[str, Any], people: int, **session: object) -> Path:
    """Write results of many people who all got the same items, answered at random."""
    folder.mkdir()
    rng = np.random.default_rng(3)
    for number in range(people):
        copy = json.loads(json.dumps(result))
        copy["reference"] = f"P{number:03d}"
        copy["session"].update({"rehearsal": False, **session})
        for section in copy["sections"]:
            for item in section["items"]:
                item["category"] = int(rng.integers(0, 2))
        path = folder / f"P{number:03d}.v1.json"
        path.write_text(json.dumps(copy, ensure_ascii=False), encoding="utf-8")
    return folder


def test_answers_of_an_adaptive_test_are_estimated_but_not_written(
    bank: Path, tmp_path: Path, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = results(tmp_path / "results", result, 80)
    (folder / "P999.v1.json").write_text("{}", encoding="utf-8")
    before = bank.read_bytes()
    code, said, complained = run(capsys, bank, folder, "--model", "1PL", "--write")
    assert code == Exit.NO
    assert "SCALE scale: 80 people, 2 items" in said
    assert "items were chosen by answers (mfi)" in complained
    assert "link to nothing" in complained
    assert "P999.v1.json" in complained
    assert "need calibrated anchors (--fixed)" in complained
    assert bank.read_bytes() == before


def test_rehearsals_and_other_versions_of_items_are_nobodys_answers(
    bank: Path, tmp_path: Path, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    rehearsals = results(tmp_path / "one", result, 5, rehearsal=True)
    code, _, complained = run(capsys, bank, rehearsals)
    assert code == Exit.BAD_INPUT
    assert "holds no answers to items of the bank small" in complained
    shown = result["sections"][0]["items"][0]["id"]
    edit(bank, (f'id = "{shown}"\nversion = 1', f'id = "{shown}"\nversion = 2'))
    code, said, complained = run(
        capsys, bank, results(tmp_path / "two", result, 60), "--model", "1PL"
    )
    assert code == Exit.GOOD
    assert "60 people, 1 item\n" in said
    assert f"60 answers to other versions of {shown} were left out" in complained


def test_results_are_grouped_only_by_what_they_hold(
    bank: Path, tmp_path: Path, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = results(tmp_path / "results", result, 5)
    code, _, complained = run(capsys, bank, folder, "--group", "sex")
    assert code == Exit.BAD_INPUT
    assert 'results do not hold "sex" (name one of position_group, language, mode' in complained


def test_two_items_are_no_scale(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row[:2] for row in drawn(read(bank), 200)]
    responses = table(tmp_path / "r.csv", rows, ITEMS[:2])
    code, _, complained = run(capsys, bank, responses, "--model", "1PL", "--write")
    assert code == Exit.NO
    assert "fewer than 3 items" in complained


@settings(max_examples=150, deadline=None)
@given(
    data=st.binary(max_size=80)
    | st.lists(
        st.lists(
            st.sampled_from(["I-01", "I-02", "0", "1", "", '"', "x", "participant"]), max_size=4
        ),
        max_size=5,
    ).map(lambda rows: "\n".join(",".join(row) for row in rows).encode())
)
def test_no_file_breaks_the_reader(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert SMALL is not None
    path = tmp_path_factory.mktemp("fuzz") / "r.csv"
    path.write_bytes(data)
    refusal = None
    try:
        found = read_responses(path, SMALL, Columns())
    except BadInput as fault:
        refusal = fault
    if refusal is not None:
        assert all(one.path == str(path) and one.cure for one in refusal.problems)
        return
    assert found.categories.shape[1] == len(found.items) > 0
    assert found.categories.max() <= 1


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """A bank of graded items of which each two share a case, and its key."""
    text = bank_text().replace('form = "single_choice"', 'form = "graded_choice"')
    text = re.sub(
        r'model = "2PL"\na = 1\.4\nb = (-?[\d.]+)', r'model = "GRM"\na = 1.4\nb = [\1, 4.5]', text
    )
    keep = text.split("\n[[item]]\n")[:9]  # the first eight items are of the form to be graded
    words = '{ en = "C", id = "K" }'
    case = f'\n[[stimulus]]\nid = "case"\ntitle = {words}\ntext = {words}\n'
    keep[0] = keep[0].split('[[scale]]\nid = "other"')[0] + case
    for at in (1, 2):
        keep[at] = keep[at].replace("expected_seconds", 'stimulus = "case"\nexpected_seconds')
    path = tmp_path / "graded.toml"
    path.write_text("\n[[item]]\n".join(keep), encoding="utf-8")
    return path


def test_graded_items_are_looked_at_more_closely(
    graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(5)
    theta, case = rng.normal(size=900), rng.normal(size=900)
    rows = []
    for one, two in zip(theta, case, strict=True):
        standing = [one + 1.6 * two] * 2 + [one] * 6
        draws = rng.logistic(size=8) / 1.4
        rows.append([int(s > d - 1) + int(s > d + 1) for s, d in zip(standing, draws, strict=True)])
        rows[-1][4] = (0, 2, 1)[rows[-1][4]]  # credited in the wrong order
    written = [[str(cell) for cell in row] for row in rows]
    written[0][7], written[1][7] = "", ""
    responses = table(tmp_path / "r.csv", written, ITEMS[:8])
    code, said, _ = run(capsys, graded, responses, "--model", "GPCM", "--json", tmp_path / "r.json")
    assert code == Exit.GOOD
    assert "LOCAL DEPENDENCE" in said
    assert re.search(r"I-01, I-02: \+0\.\d\d, one stimulus", said)
    assert "I-05: people in a higher category do worse" in said
    assert "I-05: slopes of the nominal model do not ascend" in said
    assert "Graded items under the nominal model: BIC" in said
    (scale,) = json.loads((tmp_path / "r.json").read_text())["scales"]
    assert scale["nominal"]["out_of_order"] == ["I-05"]
    assert scale["dependent_pairs"][0]["one_stimulus"] is True
    assert scale["items"][0]["parameters"].keys() == {"a", "b"}


def test_a_rare_category_is_said_and_an_empty_one_leaves_its_item_out(
    graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(6)
    standing = rng.normal(size=(400, 1)) + rng.logistic(size=(400, 8)) / 1.4
    answers = (standing > -1).astype(int) + (standing > 1)
    answers[:, 0] = np.minimum(answers[:, 0], 1)
    answers[5:, 1] = np.minimum(answers[5:, 1], 1)
    answers[:5, 1] = 2
    responses = table(tmp_path / "r.csv", answers.astype(str).tolist(), ITEMS[:8])
    code, said, _ = run(capsys, graded, responses)
    assert code == Exit.GOOD
    assert "I-01: nobody is in category 2; map it to a neighbour" in said
    assert "I-02: hardly anybody in category 2 (5)" in said


def test_a_model_that_is_not_estimated_names_those_that_are(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(bank, ('model = "2PL"\na = 1.4', 'model = "4PL"\nc = 0.1\nd = 0.9\na = 1.4'))
    responses = table(tmp_path / "r.csv", drawn_like(300))
    code, said, _ = run(capsys, bank, responses)
    assert code == Exit.GOOD
    assert "I-01: the 4PL is not estimated here; name one of 1PL, 2PL, 3PL with --model" in said
    code, said, _ = run(capsys, bank, responses, "--model", "3PL")
    assert code == Exit.GOOD
    assert re.search(r"I-01 +3PL +300 +pilot", said)


def test_responses_scattered_over_the_bank_are_suspected_to_be_adaptive(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(1)
    rows = drawn_like(400)
    for row in rows:
        for item in rng.permutation(12)[:6]:
            row[item] = ""
    code, _, complained = run(capsys, bank, table(tmp_path / "r.csv", rows), "--model", "1PL")
    assert code == Exit.GOOD
    assert "hardly two people answered the same items" in complained


def test_a_report_that_cannot_be_written_is_trouble(
    bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    responses = table(tmp_path / "r.csv", drawn_like(200))
    code, _, complained = run(capsys, bank, responses, "--json", tmp_path / "no" / "r.json")
    assert code == Exit.TROUBLE
    assert "No such file" in complained


def drawn_like(people: int) -> list[list[str]]:
    assert SMALL is not None
    return drawn(SMALL, people)
