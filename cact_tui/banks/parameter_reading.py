"""An item's parameters and their provenance, read and checked by the item's model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cact_tui.banks.items import Form, Parameters, Provenance
from cact_tui.psychometrics.registry import MODELS, SettingsError, load
from cact_tui.text import clean_line
from cact_tui.toml_source.values import is_number, shown

if TYPE_CHECKING:
    from cact_tui.psychometrics.protocols import Model
    from cact_tui.toml_source import Table

METHODS = ("assumed", "mml", "fixed")

DICHOTOMOUS = 2
"""Score categories of an item that is right or wrong; fewer score nothing."""


@cache
def model_named(name: str) -> Model:
    """Return a model by name; looking through the installed packages is slow, so once is enough.

    Raises:
        SettingsError: No plug-in has that name.
    """
    found: Model = load(MODELS, name)
    return found


def _model(table: Table) -> Model | None:
    name = table.text("model")
    try:
        return model_named(name) if name else None
    except SettingsError as error:
        for problem in error.problems:
            table.problem("model", f"{shown(name)} is unknown", _phrase(problem.cure))
        return None


def read_parameters(table: Table, form: Form | None) -> Parameters | None:
    """Return the parameters of `[item.parameters]`, or None with problems recorded.

    `form` is None when the item's form is not known.
    """
    model = _model(table)
    values = {key: table.values[key] for key in table.names() if key != "model"}
    categories = 0 if model is None else _categories(table, model, values)
    if model is None or categories < DICHOTOMOUS:
        return None
    if form is not None:
        _check_form(table, form, categories)
    floats = {key: _floats(value) for key, value in values.items()}
    return Parameters(model.name, floats, categories - 1)


def read_provenance(table: Table, parameters: Parameters | None) -> Provenance:
    """Return the provenance of `[item.provenance]`."""
    method = table.word("method", METHODS)
    if method == "assumed":
        provenance = Provenance(method=method, rule=table.text("rule", limit=2_000, lines=True))
    else:
        provenance = _estimated(table, method, parameters)
    table.close()
    return provenance


def _estimated(table: Table, method: str, parameters: Parameters | None) -> Provenance:
    return Provenance(
        method=method,
        n=table.integer("n", 1, 100_000_000),
        date=table.date("date").isoformat(),
        software=table.text("software"),
        sample=table.text("sample", "", limit=2_000),
        rule=table.text("rule", "", limit=2_000, lines=True),
        se=_standard_errors(table, parameters),
    )


def _standard_errors(
    table: Table, parameters: Parameters | None
) -> dict[str, float | tuple[float, ...]]:
    if "se" not in table:
        return {}
    errors = table.table("se")
    found = {}
    for key in errors.names():
        value = errors.values[key]
        numbers = value if isinstance(value, list) else [value]
        if parameters is not None and key not in parameters.values:
            errors.problem(key, "is no parameter of this item", "remove it")
        elif not numbers or not all(is_number(number) and number >= 0 for number in numbers):
            errors.problem(key, f"{shown(value)} is no standard error", "write a number above 0")
        else:
            found[key] = _floats(value)
    return found


def _categories(table: Table, model: Model, values: dict[str, Any]) -> int:
    """Return how many score categories a model gives, 0 when it does not accept the values.

    A plug-in that fails in the check refuses them.
    """
    try:
        problems = model.problems(values)
        categories = 0 if problems else int(model.n_categories(values))
    except Exception as error:  # noqa: BLE001 - a foreign plug-in may raise anything
        message = f"the model's check failed: {clean_line(repr(error))}"
        table.problem("", message, "correct the parameters, or the plug-in")
        return 0
    for problem in problems:
        table.problem(problem.key, _phrase(problem.message), _phrase(problem.cure))
    return categories


def _check_form(table: Table, form: Form, categories: int) -> None:
    """Graded options need more than two score categories, all other forms exactly two."""
    if form is Form.GRADED_CHOICE and categories == DICHOTOMOUS:
        message = "scores 0 and 1 only, but graded_choice has more categories"
        table.problem("model", message, "choose GRM or GPCM, or the form single_choice")
    if form is not Form.GRADED_CHOICE and categories > DICHOTOMOUS:
        message = f"scores 0 to {categories - 1}, but {form.value} is right or wrong"
        table.problem("model", message, "choose 1PL to 4PL, or the form graded_choice")


def _floats(value: Any) -> float | tuple[float, ...]:
    if isinstance(value, list):
        return tuple(float(number) for number in value)
    return float(value)


def _phrase(sentence: str) -> str:
    """Return a plug-in's sentence as a clean phrase without a full stop."""
    words = clean_line(sentence[:400]).rstrip(".")
    return words[:1].lower() + words[1:]
