import itertools

import numpy as np
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.maps.palette import class_bounds, labels, palette, read_style
from citycheck.citycheck_qgis.storage.tables import DIMENSIONS

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def lab(color: str, seen: str = "none") -> np.ndarray:
    """CIELAB (D65) of a hex colour as a colour-blind person sees it."""
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(BLINDNESS[seen] @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    ratio = xyz / np.array([0.9505, 1.0, 1.089])
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, seen: str = "none") -> float:
    return float(np.linalg.norm(lab(one, seen) - lab(other, seen)))


@pytest.mark.parametrize("seen", BLINDNESS)
def test_more_problems_are_darker_in_even_steps(seen):
    lightness = [lab(color, seen)[0] for color in palette()["choropleth"]["colors"]]
    assert all(light - dark > 6 for light, dark in itertools.pairwise(lightness))


@pytest.mark.parametrize("seen", BLINDNESS)
def test_states_are_told_from_the_lightest_class(seen):
    scheme = palette()["choropleth"]
    shades = [scheme["colors"][0], scheme["none"], scheme["not_surveyed"]["fill"], scheme["no_data"]["fill"]]
    # The last two differ by the hatch; the others have to differ by colour alone.
    assert all(distance(a, b, seen) > 5 for a, b in itertools.combinations(shades[:3], 2))
    assert scheme["not_surveyed"]["hatch"] != scheme["not_surveyed"]["fill"]


@pytest.mark.parametrize("seen", BLINDNESS)
def test_dimensions_differ_in_shape_place_and_colour(seen):
    symbols = palette()["problem"]["symbols"]
    assert set(symbols) == set(DIMENSIONS)
    assert (
        len({s["shape"] for s in symbols.values()})
        == len({tuple(s["offset"]) for s in symbols.values()})
        == 4
    )
    for one, other in itertools.combinations(symbols.values(), 2):
        assert distance(one["color"], other["color"], seen) > 18
    for symbol in symbols.values():
        assert all(distance(symbol["color"], c, seen) > 20 for c in palette()["choropleth"]["colors"])


def test_classes_are_fixed_and_without_gap():
    assert class_bounds() == [(1, 4), (5, 9), (10, 19), (20, 49), (50, None)]


@pytest.mark.parametrize(
    "breaks", [[1, 5, 5, 20, 50], [1, 5, 10, 20], [0, 5, 10, 20, 50], [50, 20, 10, 5, 1]]
)
def test_impossible_breaks_are_refused(monkeypatch, breaks):
    monkeypatch.setitem(palette()["choropleth"], "breaks", breaks)
    with pytest.raises(InputError, match=r"must rise from 1 or more, one for each of the 5 colours"):
        class_bounds()


def test_languages_have_the_same_words():
    def keys(words, path=""):
        if not isinstance(words, dict):
            return {path}
        return set().union(*(keys(v, f"{path}/{k}") for k, v in words.items()))

    assert keys(labels("zh")) == keys(labels("en"))


def test_unknown_language_and_broken_file_are_named(monkeypatch, tmp_path):
    with pytest.raises(InputError, match="no words in language 'fr': choose one of zh, en"):
        labels("fr")
    from citycheck.citycheck_qgis.maps import palette as module

    monkeypatch.setattr(module, "STYLES", tmp_path)
    (tmp_path / "broken.json").write_text('{\n"a": 1\n"b": 2}', encoding="utf-8")
    with pytest.raises(InputError, match=r"broken.json is not valid JSON at line 3"):
        read_style("broken.json")
    with pytest.raises(InputError, match=r"absent.json is missing"):
        read_style("absent.json")
