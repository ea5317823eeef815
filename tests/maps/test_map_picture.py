"""The map frame as a picture: colours at known places, and one comparison with a reference, without any text."""

from pathlib import Path

import numpy as np
import pytest
from citycheck.citycheck_qgis.maps.palette import palette
from citycheck.citycheck_qgis.maps.symbology import require_layer
from qgis.core import Qgis, QgsMapRendererSequentialJob
from qgis.PyQt.QtCore import QSizeF
from qgis.PyQt.QtGui import QColor, QImage

REFERENCE = Path(__file__).with_name("reference_map_frame.png")


def draw(made, *roles: str, width: int = 745, dpi: int = 96):
    """Draw the map frame of the sheet without labels; all layers, or those of the roles."""
    item = made.project.layoutManager().layoutByName(made.layout_name).itemById("map")
    settings = item.mapSettings(item.extent(), QSizeF(width, round(width * 238 / 298)), dpi, True)
    settings.setBackgroundColor(item.backgroundColor())
    settings.setFlag(Qgis.MapSettingsFlag.DrawLabeling, False)
    settings.setFlag(Qgis.MapSettingsFlag.Antialiasing, True)
    if roles:
        settings.setLayers([require_layer(made.project, role) for role in roles])
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage().convertToFormat(QImage.Format.Format_RGB888), settings


def pixels(image: QImage) -> np.ndarray:
    data = image.constBits().asstring(image.sizeInBytes())
    rows = np.frombuffer(data, np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def near(seen: np.ndarray, color: str, tolerance: int = 12) -> np.ndarray:
    wanted = QColor(color)
    return (np.abs(seen - [wanted.red(), wanted.green(), wanted.blue()]) <= tolerance).all(axis=-1)


def test_every_community_has_the_colour_of_its_class_at_its_place(built):
    image, settings = draw(built, "distribution")
    seen, scheme = pixels(image), palette()["choropleth"]
    met = set()
    for feature in require_layer(built.project, "distribution").getFeatures():
        state = feature["state"]
        if state == "problems":
            rank = sum(low <= feature["objects"] for low in scheme["breaks"]) - 1
            color, state = scheme["colors"][rank], f"class {rank}"
        else:
            color = {"none": scheme["none"], "no_data": scheme["no_data"]["fill"]}.get(state)
            color = color or scheme["not_surveyed"]["fill"]
        place = settings.mapToPixel().transform(feature.geometry().poleOfInaccessibility(1)[0].asPoint())
        x, y = int(place.x()), int(place.y())
        around = seen[y - 6 : y + 7, x - 6 : x + 7]
        share = near(around, color).mean()
        assert share > (0.5 if state == "not_surveyed" else 0.99), (feature["name"], state)
        if state == "not_surveyed":
            assert near(around, color, 4).mean() < 0.97, "the hatch is missing"
        met.add(state)
    assert {"none", "no_data", "not_surveyed", "class 4", "class 0"} <= met


@pytest.mark.parametrize("dimension", ["housing", "community", "block"])
def test_problem_symbols_stand_at_their_places(built, dimension):
    image, settings = draw(built, "problem")
    seen, look = pixels(image), palette()["problem"]["symbols"][dimension]
    shift = np.array(look["offset"]) / 25.4 * 96
    layer, hits, count = require_layer(built.project, "problem"), 0, 0
    for feature in layer.getFeatures(f"\"dimension\" = '{dimension}'"):
        place = settings.mapToPixel().transform(feature.geometry().asPoint())
        x, y = int(place.x() + shift[0]), int(place.y() + shift[1])
        count += 1
        hits += near(seen[y - 1 : y + 2, x - 1 : x + 2], look["color"], 30).any()
    # Some are covered by a neighbour of another dimension.
    assert count > 10 and hits / count > 0.75


def test_map_frame_looks_like_the_reference(built, tmp_path):
    """Replace the reference by hand, after looking at it: the new picture's path is in the message."""
    image, _ = draw(built, width=460, dpi=60)
    made = tmp_path / "map_frame.png"
    image.save(str(made))
    assert REFERENCE.exists(), f"no reference; the picture is {made}"
    seen, wanted = pixels(image), pixels(QImage(str(REFERENCE)).convertToFormat(QImage.Format.Format_RGB888))
    assert seen.shape == wanted.shape
    different = (np.abs(seen - wanted).max(axis=-1) > 32).mean()
    assert different <= 0.001, (
        f"{different:.2%} of the pixels differ from the reference; the new picture is {made}"
    )
