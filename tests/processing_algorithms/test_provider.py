"""What every algorithm promises before it runs."""

import pytest

ALGORITHMS = {
    "annualcheckup", "assignparts", "assignunits", "checkboundaries", "cimcoverage", "citymodelfootprints", "diagnose",
    "exportpackage", "georeferencereport", "ifcfootprints", "importpackage", "importvalues", "joinindicators",
    "matchfootprints", "probeplatform", "problemmap", "pulllayer", "pushlayer", "resolveconflicts", "rollup", "synclayer",
}  # fmt: skip


def test_provider_lists_the_algorithms(provider):
    assert {algorithm.name() for algorithm in provider.algorithms()} == ALGORITHMS
    assert provider.id() == "citycheck"
    assert not provider.icon().isNull()


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_every_parameter_explains_itself(provider, name):
    algorithm = provider.algorithm(name)
    assert algorithm.displayName() and algorithm.group()
    assert len(algorithm.shortHelpString()) > 200
    assert any(ord(c) > 0x4E00 for tag in algorithm.tags() for c in tag)
    assert any(tag.isascii() for tag in algorithm.tags())
    assert not algorithm.icon().isNull()
    for definition in algorithm.parameterDefinitions():
        assert definition.help(), f"{name} {definition.name()} has no help"


def test_missing_package_takes_one_algorithm_away_with_an_instruction(provider, run, tiny_city, monkeypatch):
    from citycheck.processing_algorithms import dependencies
    from qgis.core import QgsProcessingException

    def without_tables(packages, **_):
        return ["openpyxl is missing; install it."] if "openpyxl" in packages else []

    monkeypatch.setattr(dependencies, "problems", without_tables)
    assert provider.algorithm("importvalues").canExecute() == (False, "openpyxl is missing; install it.")
    assert provider.algorithm("assignunits").canExecute()[0]
    with pytest.raises(QgsProcessingException, match="openpyxl is missing; install it"):
        run("annualcheckup", tiny_city.write())
