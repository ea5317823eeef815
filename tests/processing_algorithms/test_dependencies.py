"""Nothing here imports the packages in question: every case runs in a bare Python with made-up packages on its path."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "processing_algorithms" / "dependencies.py"

BARE = """
import importlib.util, json, sys
module_file, folder, code = sys.argv[1:]
sys.path = [folder, *[entry for entry in sys.path if "-packages" not in entry]]
spec = importlib.util.spec_from_file_location("dependencies", module_file)
dependencies = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dependencies)
answer = eval(code, {"dependencies": dependencies, "sys": sys, "__import__": __import__})
print(json.dumps(answer))
"""


def bare(folder: Path, code: str):
    command = [sys.executable, "-I", "-S", "-c", BARE, str(MODULE), str(folder), code]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def add_package(folder: Path, name: str, version: str = "9.0", wheel: bool = False) -> None:
    """Write a package that cannot be imported without the test noticing."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("raise SystemExit('imported')\n")
    (folder / f"{name}-{version}.dist-info").mkdir()
    (folder / f"{name}-{version}.dist-info" / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
    if wheel:
        (folder / f"{name}.libs").mkdir()


def test_complete_and_safe_packages_are_no_problem(tmp_path):
    for name in ("numpy", "pandas", "shapely", "pyproj", "pyogrio", "geopandas"):
        add_package(tmp_path, name)
    assert bare(tmp_path, "dependencies.problems(dependencies.CORE, in_qgis=True)") == []


def test_missing_packages_are_named_in_one_sentence(tmp_path):
    add_package(tmp_path, "numpy")
    (tmp_path / "pandas").mkdir()  # the empty folder that an uninstallation leaves behind
    code = "dependencies.problems(('numpy', 'pandas', 'openpyxl'), system='debian')"
    assert bare(tmp_path, code) == [
        "pandas and openpyxl are not installed: run 'sudo apt install python3-pandas python3-openpyxl' "
        "and restart QGIS."
    ]


def test_ifcopenshell_comes_from_the_python_package_index(tmp_path):
    code = "dependencies.problems(('ifcopenshell', 'pandas'), system='{}')"
    pandas, bim = bare(tmp_path, code.format("debian"))
    assert pandas == "pandas is not installed: run 'sudo apt install python3-pandas' and restart QGIS."
    assert bim.startswith("ifcopenshell is not installed: run `python3 -m pip install --no-deps --target ")
    assert bim.endswith(" ifcopenshell isodate lark typing_extensions` and restart QGIS.")
    assert "OSGeo4W Shell" in bare(tmp_path, code.format("windows"))[1]
    assert "conda-forge ifcopenshell" in bare(tmp_path, code.format("conda"))[1]


@pytest.mark.parametrize("package", ["shapely", "pyproj", "pyogrio"])
def test_wheel_is_refused_inside_qgis_only(tmp_path, package):
    add_package(tmp_path, package, wheel=True)
    (sentence,) = bare(tmp_path, f"dependencies.problems(['{package}'], in_qgis=True, system='debian')")
    assert sentence.startswith(f"{package} in {tmp_path} is a ready-made wheel")
    assert f"sudo apt install python3-{package}" in sentence
    assert bare(tmp_path, f"dependencies.problems(['{package}'], in_qgis=False)") == []
    assert bare(tmp_path, f"dependencies.problems(['{package}'])") == []  # this test is a plain Python


def test_libraries_of_a_numpy_wheel_do_not_clash(tmp_path):
    add_package(tmp_path, "numpy", wheel=True)
    assert bare(tmp_path, "dependencies.examine(['numpy'], in_qgis=True)") == []


def test_package_loaded_by_somebody_else_counts_more_than_the_path(tmp_path):
    add_package(tmp_path / "safe", "shapely")
    add_package(tmp_path / "other_plugin", "shapely", wheel=True)
    code = (
        "(sys.modules.update(shapely=type('Module', (), {'__file__': "
        f"{str(tmp_path / 'other_plugin' / 'shapely' / '__init__.py')!r}}})),"
        "dependencies.examine(['shapely'], in_qgis=True))[1]"
    )
    assert bare(tmp_path / "safe", code) == [["shapely", "wheel", str(tmp_path / "other_plugin")]]


@pytest.mark.parametrize(
    ("package", "version", "old"),
    [
        ("shapely", "1.8.5", True),
        ("shapely", "2.0.0rc1", False),
        ("geopandas", "0.12.2", True),
        ("pandas", "1.5.3", False),
    ],
)
def test_versions_that_are_too_old(tmp_path, package, version, old):
    add_package(tmp_path, package, version)
    found = bare(tmp_path, f"dependencies.examine(['{package}'], in_qgis=True)")
    assert found == ([[package, "old", version]] if old else [])


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("conda", "conda install -c conda-forge shapely openpyxl"),
        ("windows", "qgis-ltr-full"),
        ("macos", "official QGIS"),
        ("linux", "not as wheels"),
        ("debian", "sudo apt install python3-shapely python3-openpyxl"),
        ("debian:bookworm", "-t bookworm-backports"),
        ("debian:noble", "--no-binary shapely,pyogrio"),
    ],
)
def test_each_system_has_its_remedy(tmp_path, system, expected):
    (sentence,) = bare(tmp_path, f"dependencies.problems(['shapely', 'openpyxl'], system={system!r})")
    assert expected in sentence
    assert sentence.startswith("shapely and openpyxl are not installed: ") and sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /etc/os-release")
@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n', "debian:bookworm"),
        ('ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n', "debian"),
        ("ID=debian\nVERSION_CODENAME=forky\n", "debian"),
        ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n', "debian:noble"),
        ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="26.04"\nVERSION_CODENAME=x\n', "debian"),
        ("ID=fedora\nVERSION_ID=42\n", "linux"),
        ("", "linux"),
    ],
)
def test_kind_of_system(tmp_path, release, expected):
    (tmp_path / "os-release").write_text(release)
    assert bare(tmp_path, f"dependencies.this_system({str(tmp_path / 'os-release')!r})") == expected


@pytest.mark.skipif(sys.platform != "linux", reason="the clash exists on Linux only")
@pytest.mark.parametrize(
    ("executable", "expected"),
    [
        ("/usr/bin/qgis_process.bin", True),
        ("/usr/bin/qgis.bin", True),
        ("/opt/conda/bin/qgis", True),
        ("/usr/bin/python3.11", False),
        ("/home/qgis/bin/python3", False),
    ],
)
def test_what_is_a_qgis_process(tmp_path, executable, expected):
    assert bare(tmp_path, f"dependencies.running_in_qgis({executable!r})") is expected


def test_module_loads_nothing_else_and_fast(tmp_path):
    code = (
        "(lambda clock, spec, start: (spec.loader.exec_module("
        "__import__('importlib.util').util.module_from_spec(spec)), clock() - start)[1])"
        "(__import__('time').perf_counter, dependencies.__spec__, __import__('time').perf_counter())"
    )
    assert min(bare(tmp_path, code) for _ in range(5)) < 0.005
    third_party = "[n for n in sys.modules if n.split('.')[0] in (*dependencies.CORE, 'qgis', 'openpyxl')]"
    assert bare(tmp_path, f"(dependencies.problems(dependencies.CORE), {third_party})[1]") == []


@pytest.mark.skipif(shutil.which("qgis_process") is None, reason="qgis_process is not installed")
def test_real_qgis_process_refuses_a_wheel(tmp_path):
    """The wheel would be loaded first; importing it would end the run with another message."""
    add_package(tmp_path / "wheels", "pyogrio", wheel=True)
    plugin = tmp_path / "plugins" / "selfcheck"
    plugin.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "selfcheck.py", plugin / "__init__.py")
    (plugin / "metadata.txt").write_text(
        "[general]\nname=selfcheck\nqgisMinimumVersion=3.40\nversion=1\nhasProcessingProvider=yes\n"
    )
    settings = tmp_path / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[PythonPlugins]\nselfcheck=true\n")
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path),
        "QGIS_PLUGINPATH": str(plugin.parent),
        "PYTHONPATH": str(tmp_path / "wheels"),
        "CITYCHECK_DEPENDENCIES": str(MODULE),
    }
    run = subprocess.run(
        ["qgis_process", "run", "selfcheck:libraries"], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 1, run.stderr
    assert f"pyogrio in {tmp_path / 'wheels'} is a ready-made wheel with its own GDAL" in run.stderr
