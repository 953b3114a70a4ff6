"""Items of catR and mirt as items of ours: rows in, models and parameters for `Pool.compile` out.

catR (Magis & Barrada 2017). Its scaling constant is that of the pool: compile with the same D.

    1PL to 4PL  (a, b, c, d)                       the same
    GRM         (alpha, beta_1, ..., beta_m)       a, b = [beta_1, ..., beta_m]
    MGRM        (alpha, b, c_1, ..., c_m)          a, b, c = [c_1, ..., c_m]
    PCM         (delta_1, ..., delta_m)            b = [delta_1, ..., delta_m]
    GPCM        (alpha, delta_1, ..., delta_m)     a, b = [delta_1, ..., delta_m]
    RSM         (lambda, delta_1, ..., delta_m)    b, steps = [delta_1, ..., delta_m]
    NRM         (alpha_1, c_1, ..., alpha_m, c_m)  a = [alpha_1, ..., alpha_m], c = [c_1, ..., c_m]

mirt (Chalmers 2012), items of one dimension, by the names of its columns; D = 1, d_0 = 0 where
it is fixed:

    Rasch, 2PL  a1 theta + d                       2PL: a = a1, b = -d / a1
    3PL to 4PL  the same, between g and u          c = g, d = u besides
    graded      a1 theta + d_k                     GRM: a = a1, b_k = -d_k / a1
    grsm        a1 theta + d_k + c                 MGRM: a = a1, b = -c / a1, c_k = d_k / a1
    gpcm        ak_k a1 theta + d_k, ak_k = k      GPCM: a = a1, b_k = -(d_k - d_(k-1)) / a1
    rsm         the same, d_k + c for k above 0    the same with these d_k
    nominal     ak_k a1 theta + d_k                NRM: a_k = a1 (ak_k - ak_0), c_k = d_k - d_0

A right or wrong item becomes the smallest of 2PL, 3PL and 4PL that holds it. With a1 = 1 an item of
type Rasch is a 1PL, and one of several categories a PCM; so is one of type rsm.

What a conversion does not say is whether an item can be used: a slope of zero or below, or
thresholds out of order, are refused by `Pool.compile`, with a cure.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, pairwise, takewhile
from typing import TypeGuard

import attrs

from cact_tui.psychometrics.protocols import Parameters

Converted = tuple[tuple[str, ...], tuple[Parameters, ...]]
"""The models and the parameters of n items, in the order of the rows."""
Row = Sequence[float | None]
"""Numbers; None or NaN stands for what R calls NA."""

FIXED = {"1PL": {"a": 1.0, "c": 0.0, "d": 1.0}, "2PL": {"c": 0.0, "d": 1.0}, "3PL": {"d": 1.0}}
"""What a logistic model says of the columns that it has no parameter for."""
KEYS = {"2PL": "ab", "3PL": "abc", "4PL": "abcd"}


def from_catr(model: str, rows: Sequence[Row]) -> Converted:
    """Return the models and parameters of a bank of catR's.

    Args:
        model: 1PL, 2PL, 3PL, 4PL, GRM, MGRM, PCM, GPCM, RSM or NRM. Where catR has NULL, for right
            or wrong items, 4PL always serves; a smaller model is checked against the rows.
        rows: The rows of the bank, (n, p); NA at the end of a row stands for categories that an
            item has not.

    Raises:
        ValueError: A row cannot be one of that model; its number from 0 is named.
    """
    if model not in CATR:
        raise ValueError(f"The model {model!r} is unknown: give one of {', '.join(CATR)}.")
    items = []
    for number, row in enumerate(rows):
        with _named(number, model):
            items.append(CATR[model](model, _given(row)))
    return (model,) * len(items), tuple(items)


def from_mirt(types: str | Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> Converted:
    """Return the models and parameters of items of mirt's, as ``coef(fit, simplify = TRUE)`` says.

    Args:
        types: The item type of all items, or of each: Rasch, 2PL, 3PL, 3PLu, 4PL, graded, grsm,
            gpcm, rsm or nominal.
        columns: The names of the columns: a1, d, g, u, d1, ak0 and so on, (p,).
        rows: The rows of ``$items``, (n, p); NA where an item has no such parameter.

    Raises:
        ValueError: A type is unknown, or a row cannot be one of that type; its number from 0 is
            named.
    """
    each = [types] * len(rows) if isinstance(types, str) else types
    unknown = sorted(set(each) - set(MIRT))
    if unknown:
        raise ValueError(f"The type {unknown[0]!r} is unknown: give one of {', '.join(MIRT)}.")
    items = []
    for number, (kind, row) in enumerate(zip(each, rows, strict=True)):
        with _named(number, kind):
            items.append(MIRT[kind](_columns(columns, row)))
    return tuple(model for model, _ in items), tuple(parameters for _, parameters in items)


@contextmanager
def _named(number: int, kind: str) -> Iterator[None]:
    """Say which row it is that something is wrong with."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"Row {number} is no {kind}: {error}") from error


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None and not math.isnan(value)


def _given(row: Row) -> tuple[float, ...]:
    """Return the numbers of one of catR's rows without those that are missing at its end."""
    numbers = tuple(float(value) for value in row if _is_number(value))
    if not all(map(_is_number, row[: len(numbers)])):
        raise ValueError("a number is missing before the last.")
    return numbers


def _logistic(model: str, row: tuple[float, ...]) -> Parameters:
    if len(row) != len("abcd"):
        raise ValueError(f"it has {len(row)} numbers instead of a, b, c and d.")
    parameters = dict(zip("abcd", row, strict=True))
    fixed = FIXED.get(model, {})
    for key, value in fixed.items():
        if parameters[key] != value:
            raise ValueError(f"{key} is {parameters[key]:g}, not {value:g}.")
    return {key: value for key, value in parameters.items() if key not in fixed}


def _slope_first(_: str, row: tuple[float, ...]) -> Parameters:
    slope, *places = _at_least(2, row)
    return {"a": slope, "b": places}


def _modified_graded(_: str, row: tuple[float, ...]) -> Parameters:
    slope, place, *distances = _at_least(3, row)
    return {"a": slope, "b": place, "c": distances}


def _steps(_: str, row: tuple[float, ...]) -> Parameters:
    return {"b": list(_at_least(1, row))}


def _rating_scale(_: str, row: tuple[float, ...]) -> Parameters:
    place, *steps = _at_least(2, row)
    return {"b": place, "steps": steps}


def _nominal(_: str, row: tuple[float, ...]) -> Parameters:
    if len(_at_least(2, row)) % 2:
        raise ValueError("it has a slope without an intercept.")
    return {"a": list(row[::2]), "c": list(row[1::2])}


def _at_least(n: int, row: tuple[float, ...]) -> tuple[float, ...]:
    if len(row) < n:
        raise ValueError(f"it has {len(row)} numbers; {n} are the fewest.")
    return row


CATR: Mapping[str, Callable[[str, tuple[float, ...]], Parameters]] = {
    "1PL": _logistic,
    "2PL": _logistic,
    "3PL": _logistic,
    "4PL": _logistic,
    "GRM": _slope_first,
    "MGRM": _modified_graded,
    "PCM": _steps,
    "GPCM": _slope_first,
    "RSM": _rating_scale,
    "NRM": _nominal,
}


@attrs.frozen
class _MirtItem:
    """The parameters of one of mirt's items, by the names of the columns."""

    values: Mapping[str, float]

    def one(self, name: str) -> float:
        """Return a parameter."""
        if name not in self.values:
            raise ValueError(f"{name} is missing.")
        return self.values[name]

    def listed(self, stem: str, first: int) -> list[float]:
        """Return the parameters stem_first, ..., as many as there are without a gap, one at least.

        Args:
            stem: The name before the number.
            first: The first number.
        """
        names = (f"{stem}{number}" for number in count(first))
        found = [self.values[name] for name in takewhile(self.values.__contains__, names)]
        if not found:
            raise ValueError(f"{stem}{first} is missing.")
        return found

    @property
    def slope(self) -> float:
        """a1, which divides the intercepts."""
        if "a2" in self.values:
            raise ValueError("it has a slope a2; see multidimensional.compensatory.")
        if not self.one("a1"):
            raise ValueError("a1 is 0.")
        return self.one("a1")


def _columns(names: Sequence[str], row: Row) -> _MirtItem:
    """Return the parameters that are not missing."""
    pairs = zip(names, row, strict=True)
    return _MirtItem({name: float(value) for name, value in pairs if _is_number(value)})


def _mirt_logistic(item: _MirtItem) -> tuple[str, Parameters]:
    c, d = item.values.get("g", 0.0), item.values.get("u", 1.0)
    parameters = {"a": item.slope, "b": -item.one("d") / item.slope, "c": c, "d": d}
    model = "4PL" if d != 1 else "3PL" if c else "2PL"
    return model, {key: parameters[key] for key in KEYS[model]}


def _mirt_rasch(item: _MirtItem) -> tuple[str, Parameters]:
    if "d1" in item.values:
        return _as_pcm(_mirt_partial_credit(item))
    model, parameters = _mirt_logistic(item)
    if (model, parameters["a"]) != ("2PL", 1.0):
        return model, parameters
    return "1PL", {"b": parameters["b"]}


def _mirt_graded(item: _MirtItem) -> tuple[str, Parameters]:
    return "GRM", {"a": item.slope, "b": [-d / item.slope for d in item.listed("d", 1)]}


def _mirt_modified_graded(item: _MirtItem) -> tuple[str, Parameters]:
    distances = [d / item.slope for d in item.listed("d", 1)]
    return "MGRM", {"a": item.slope, "b": -item.one("c") / item.slope, "c": distances}


def _mirt_partial_credit(item: _MirtItem, shift: float = 0.0) -> tuple[str, Parameters]:
    intercepts = [item.values.get("d0", 0.0), *(d + shift for d in item.listed("d", 1))]
    scores = item.listed("ak", 0) if "ak0" in item.values else list(range(len(intercepts)))
    if scores != list(range(len(intercepts))):
        raise ValueError("ak0, ak1, ... are not 0, 1, ...; read it as nominal.")
    steps = [-(high - low) / item.slope for low, high in pairwise(intercepts)]
    return "GPCM", {"a": item.slope, "b": steps}


def _mirt_rating_scale(item: _MirtItem) -> tuple[str, Parameters]:
    return _as_pcm(_mirt_partial_credit(item, item.one("c")))


def _as_pcm(item: tuple[str, Parameters]) -> tuple[str, Parameters]:
    model, parameters = item
    return ("PCM", {"b": parameters["b"]}) if parameters["a"] == 1 else (model, parameters)


def _mirt_nominal(item: _MirtItem) -> tuple[str, Parameters]:
    first, *scores = item.listed("ak", 0)
    base, *intercepts = item.listed("d", 0)
    slopes = [item.slope * (score - first) for score in scores]
    return "NRM", {"a": slopes, "c": [d - base for d in intercepts]}


MIRT: Mapping[str, Callable[[_MirtItem], tuple[str, Parameters]]] = {
    "Rasch": _mirt_rasch,
    "2PL": _mirt_logistic,
    "3PL": _mirt_logistic,
    "3PLu": _mirt_logistic,
    "4PL": _mirt_logistic,
    "graded": _mirt_graded,
    "grsm": _mirt_modified_graded,
    "gpcm": _mirt_partial_credit,
    "rsm": _mirt_rating_scale,
    "nominal": _mirt_nominal,
}
