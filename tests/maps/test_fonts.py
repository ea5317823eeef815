import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.maps.fonts import choose_family, is_installed, missing_characters
from citycheck.citycheck_qgis.maps.palette import all_text, labels
from qgis.PyQt.QtGui import QFont, QFontInfo


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", ["body", "title"])
def test_chosen_family_is_drawn_with_and_has_every_glyph_of_the_map(qgis_app, language, role):
    text = all_text(labels(language))
    family = choose_family(text, role=role)
    assert QFontInfo(QFont(family)).family() == family
    assert missing_characters(text, family) == ""


def test_order_of_preferences_decides(qgis_app):
    first = choose_family("abc")
    assert choose_family("abc", ["No Such Family", first, "DejaVu Sans"]) == first
    assert not is_installed("No Such Family")


def test_no_installed_family_names_the_remedy(qgis_app):
    with pytest.raises(InputError, match=r"None of the fonts.*No Such Family.*: (install|add)"):
        choose_family("问题", ["No Such Family"])


def test_missing_glyph_is_named(qgis_app):
    with pytest.raises(InputError, match="has the characters '\ue123'"):
        choose_family("问题\ue123")


def test_rare_glyph_of_another_font_does_not_stop_the_map(qgis_app):
    # A snowman is in DejaVu Sans, which QGIS brings, and in no Chinese font.
    family = choose_family("问题")
    if "☃" not in missing_characters("☃", family):
        pytest.skip(f"{family} has the rare glyph itself")
    assert choose_family("问题☃") == family
