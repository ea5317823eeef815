"""The archive that QGIS installs, and what metadata.txt says to the plugin repository."""

import configparser
import os
import re
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def metadata():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string((ROOT / "metadata.txt").read_text(encoding="utf-8"))
    return parser["general"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    if not (ROOT / ".git").exists():
        pytest.skip("the archive is made from a git checkout")
    folder = tmp_path_factory.mktemp("dist")
    made = subprocess.run(
        ["scripts/package.sh", str(folder)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return Path(made.stdout.strip())


def test_metadata_has_every_required_field(metadata):
    required = "name qgisMinimumVersion description about version author email homepage tracker repository"
    assert [field for field in required.split() if not metadata.get(field)] == []
    assert metadata["name"] == "CityCheck"
    assert (metadata["qgisMinimumVersion"], metadata["qgisMaximumVersion"]) == ("3.40", "4.99")
    assert metadata.getboolean("supportsQt6")
    assert metadata["hasProcessingProvider"] == "yes"
    assert metadata["category"] == "Vector"


def test_metadata_states_the_external_dependencies(metadata):
    for package in ("shapely", "geopandas", "pyogrio", "pandas", "openpyxl"):
        assert package in metadata["about"]


def test_one_version_everywhere(metadata):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert metadata["version"] == project["version"]
    assert re.search(rf"^\s*{re.escape(metadata['version'])}\b", metadata["changelog"], re.MULTILINE)


def test_icon_is_an_svg(metadata):
    assert ElementTree.parse(ROOT / metadata["icon"]).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_requirements_have_no_markers_or_options():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    requirements = [line for line in lines if line and not line.startswith("#")]
    assert requirements
    assert [line for line in requirements if not re.fullmatch(r"[a-z]+>=[0-9.]+", line)] == []


def test_archive_holds_the_plugin_and_nothing_else(archive, metadata):
    assert archive.name == f"citycheck-{metadata['version']}.zip"
    names = zipfile.ZipFile(archive).namelist()
    assert {name.split("/")[0] for name in names} == {"citycheck"}
    for needed in ("metadata.txt", "__init__.py", "LICENSE", "requirements.txt", metadata["icon"]):
        assert f"citycheck/{needed}" in names
    unwanted = re.compile(
        r"^citycheck/(tests|benchmarks|examples|docs|scripts|\.|conftest|Makefile|pyproject)|__pycache__|\.pyc$"
    )
    assert [name for name in names if unwanted.search(name)] == []


def test_archive_has_every_translation_compiled(archive):
    names = zipfile.ZipFile(archive).namelist()
    committed = subprocess.run(
        ["git", "ls-files", "i18n/*.ts"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for source in committed.stdout.split():
        assert f"citycheck/{source[:-3]}.qm" in names


@pytest.mark.skipif(shutil.which("qgis_process") is None, reason="qgis_process is not installed")
def test_unpacked_archive_is_a_working_plugin(archive, tmp_path):
    zipfile.ZipFile(archive).extractall(tmp_path / "plugins")
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path),
        "QGIS_PLUGINPATH": str(tmp_path / "plugins"),
    }

    def qgis_process(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["qgis_process", *arguments], env=environment, capture_output=True, text=True)

    enabled = qgis_process("plugins", "enable", "citycheck")
    assert enabled.returncode == 0, enabled.stdout + enabled.stderr
    listed = qgis_process("list")
    assert listed.returncode == 0, listed.stderr
    assert "citycheck:annualcheckup" in listed.stdout
