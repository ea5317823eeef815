"""Tell which Python packages are missing or unsafe, without importing any of them.

A Linux wheel of shapely, pyproj or pyogrio brings its own GEOS, PROJ or GDAL. Inside a process that links the system's
copies (QGIS and qgis_process do) both answer to the same names: wrong results, and a crash at the latest at exit.
Such a wheel shows by the folder ``<package>.libs`` beside the package.
"""

import sys
from collections import namedtuple
from collections.abc import Callable, Iterable
from pathlib import Path

CORE = ("numpy", "pandas", "shapely", "pyproj", "pyogrio", "geopandas")
TABLES = ("openpyxl",)
BIM = ("ifcopenshell",)
EXCHANGE = ("requests",)

MINIMUM = {"pandas": (1, 5), "shapely": (2, 0), "pyogrio": (0, 7), "geopandas": (1, 0)}
OWN_LIBRARY = {"shapely": "GEOS", "pyproj": "PROJ", "pyogrio": "GDAL"}

# The newest versions that work beside the numpy and pandas of Debian 12 and Ubuntu 24.04.
COMPILED = {"shapely": "shapely<2.2", "pyogrio": "pyogrio<0.14", "geopandas": "geopandas<1.1"}

Finding = namedtuple("Finding", "package kind detail")
Finding.__doc__ = """One thing wrong with one package.

``kind`` is ``missing``, ``old`` (``detail``: the version found) or ``wheel`` (``detail``: the folder it is in).
"""


def problems(
    packages: Iterable[str],
    in_qgis: bool | None = None,
    system: str | None = None,
    tr: Callable[[str], str] = str,
) -> list[str]:
    """Return one sentence, with the remedy for this system, for each kind of trouble with the packages.

    Parameters
    ----------
    packages
        Import names, such as ``CORE``.
    in_qgis
        Whether this process links the libraries of QGIS; found out by itself when None.
    system
        A result of :func:`this_system`; found out by itself when None.
    tr
        Turns an English text into the interface language.

    Returns
    -------
    list of str
        Empty when everything can be imported safely.
    """
    findings = examine(packages, in_qgis)
    system = system or this_system()
    sentences = []
    absent = [finding.package for finding in findings if finding.kind == "missing"]
    # ifcopenshell comes from nowhere but the Python package index, whatever the system.
    for missing in ([p for p in absent if p not in BIM], [p for p in absent if p in BIM]):
        if not missing:
            continue
        text = (
            tr("{packages} is not installed: {remedy}.")
            if len(missing) == 1
            else tr("{packages} are not installed: {remedy}.")
        )
        sentences.append(text.format(packages=_list(missing, tr), remedy=_installation(missing, system, tr)))
    for finding in findings:
        package, remedy = finding.package, _installation([finding.package], system, tr)
        if finding.kind == "old":
            text = tr("{package} {version} is too old, {needed} or later is needed: {remedy}.")
            needed = ".".join(map(str, MINIMUM[package]))
            sentences.append(
                text.format(package=package, version=finding.detail, needed=needed, remedy=remedy)
            )
        elif finding.kind == "wheel":
            text = tr(
                "{package} in {folder} is a ready-made wheel with its own {library}, which crashes QGIS on Linux: "
                "remove it there (pip uninstall {package}), then {remedy}."
            )
            library = OWN_LIBRARY[package]
            sentences.append(
                text.format(package=package, folder=finding.detail, library=library, remedy=remedy)
            )
    return sentences


def examine(packages: Iterable[str], in_qgis: bool | None = None) -> list[Finding]:
    """Return what is wrong with the packages, in their order; nothing is imported."""
    if in_qgis is None:
        in_qgis = running_in_qgis()
    findings = []
    for package in packages:
        folder = _folder(package)
        if folder is None:
            findings.append(Finding(package, "missing", ""))
        elif in_qgis and package in OWN_LIBRARY and _is_wheel(package, folder):
            findings.append(Finding(package, "wheel", folder))
        elif package in MINIMUM:
            version = _version(package, folder)
            if version and _numbers(version) < MINIMUM[package]:
                findings.append(Finding(package, "old", version))
    return findings


def running_in_qgis(executable: str | None = None) -> bool:
    """Return whether this is a Linux process that itself links GEOS, PROJ and GDAL: qgis or qgis_process.

    A plain ``python3`` that imports PyQGIS does not: there the wheels' libraries keep apart.
    ``sys.executable`` is no help, inside QGIS it names the Python found on PATH.
    """
    if not sys.platform.startswith("linux"):
        return False
    if executable is None:
        try:
            executable = str(Path("/proc/self/exe").readlink())
        except OSError:
            executable = sys.argv[0] if sys.argv else ""
    return Path(executable).name.startswith("qgis")


def this_system(os_release: str = "/etc/os-release") -> str:
    """Return ``conda``, ``windows``, ``macos``, ``linux``, or ``debian``/``debian:<codename>``.

    ``debian:<codename>`` (Debian, Ubuntu and relatives) is a release whose own geopandas is older than 1.0.
    """
    if Path(sys.prefix, "conda-meta").is_dir():
        return "conda"
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "macos"
    release = _release(os_release)
    family = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()
    if not {"debian", "ubuntu"} & set(family):
        return "linux"
    first_with_geopandas_1 = (25, 4) if "ubuntu" in family else (13,)
    number = _numbers(release.get("VERSION_ID", ""))
    if number and number < first_with_geopandas_1:
        return f"debian:{release.get('VERSION_CODENAME', '')}"
    return "debian"


def _folder(package: str) -> str | None:
    """Return the folder that holds the package: of the loaded one, else of the one that would be loaded."""
    from importlib.util import find_spec

    loaded = getattr(sys.modules.get(package), "__file__", None)
    if loaded is None:
        try:
            spec = find_spec(package)
        except ValueError:
            return None
        loaded = spec.origin if spec is not None else None
    # An origin of None is a folder without code, such as an uninstallation leaves behind.
    return str(Path(loaded).absolute().parent.parent) if loaded else None


def _is_wheel(package: str, folder: str) -> bool:
    names = (f"{package}.libs", f"{package.capitalize()}.libs")
    return any(Path(folder, name).is_dir() for name in names)


def _version(package: str, folder: str) -> str | None:
    from importlib.metadata import distributions

    return next((found.version for found in distributions(name=package, path=[folder])), None)


def _numbers(version: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in version.split(".")[:2]:
        digits = "".join(character for character in part if character.isdigit())
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def _release(file: str) -> dict[str, str]:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {key: value.strip("\"'") for key, _, value in pairs}


def _installation(packages: list[str], system: str, tr: Callable[[str], str]) -> str:
    """Return how to install the packages, as the end of a sentence."""
    pure = all(package in (*TABLES, *BIM, *EXCHANGE) for package in packages)
    kind, _, codename = system.partition(":")
    if kind in ("debian", "linux") and any(package in BIM for package in packages):
        # Without its dependencies: pip would bring a numpy and a shapely that QGIS cannot live with.
        needs = "ifcopenshell isodate lark typing_extensions"
        command = f'python3 -m pip install --no-deps --target "{_profile_python()}" {needs}'
        return tr("run `{command}` and restart QGIS").format(command=command)
    if kind == "debian" and codename and (compiled := [p for p in packages if p in COMPILED]):
        return _compiling(compiled, [p for p in packages if p not in COMPILED], codename, tr)
    if kind == "debian":
        return tr("run 'sudo apt install {packages}' and restart QGIS").format(packages=_apt(packages))
    if kind == "conda":
        text = tr("run 'conda install -c conda-forge {packages}' in the environment of QGIS and restart QGIS")
    elif kind == "windows" and pure:
        text = tr("open the OSGeo4W Shell of QGIS, run 'python -m pip install {packages}' and restart QGIS")
    elif kind == "windows":
        text = tr(
            "run the QGIS or OSGeo4W installer again, choose the complete QGIS LTR (qgis-ltr-full) and restart QGIS"
        )
    elif kind == "macos" and pure:
        text = tr(
            "run '/Applications/QGIS.app/Contents/MacOS/bin/python3 -m pip install {packages}' and restart QGIS"
        )
    elif kind == "macos":
        text = tr("install the official QGIS 3.40 LTR for macOS, which brings them")
    elif pure:
        text = tr("install {packages} with the system's package manager and restart QGIS")
    else:
        text = tr(
            "install {packages} with the system's package manager, not as wheels from pip ('pip install --no-binary "
            "shapely,pyproj,pyogrio' compiles them against the system's libraries), and restart QGIS"
        )
    return text.format(packages=" ".join(packages))


def _compiling(compiled: list[str], apt: list[str], codename: str, tr: Callable[[str], str]) -> str:
    """Return the commands for a Debian or Ubuntu whose own geopandas and shapely are too old."""
    release = "-t bookworm-backports " if codename == "bookworm" else ""
    needed = "python3-dev python3-pip g++ libgeos-dev libgdal-dev python3-numpy python3-pandas python3-pyproj"
    extra = [package for package in apt if f"python3-{package}" not in needed]
    wanted = " ".join(f"'{COMPILED[package]}'" for package in compiled)
    text = tr("run `sudo apt install {system_packages}` and then `{command}`, and restart QGIS")
    return text.format(
        system_packages=release + " ".join([needed, *_apt(extra).split()]),
        command=f'python3 -m pip install --no-deps --no-binary shapely,pyogrio --target "{_profile_python()}" {wanted}',
    )


def _apt(packages: list[str]) -> str:
    return " ".join(f"python3-{package}" for package in packages)


def _profile_python() -> str:
    """Return the folder of Python packages of the running QGIS profile, or of the usual one."""
    core = sys.modules.get("qgis.core")
    if core is not None:
        return core.QgsApplication.qgisSettingsDirPath() + "python"
    return str(Path("~/.local/share/QGIS/QGIS3/profiles/default/python").expanduser())


def _list(names: list[str], tr: Callable[[str], str]) -> str:
    if len(names) == 1:
        return names[0]
    return tr("{first} and {last}").format(first=tr(", ").join(names[:-1]), last=names[-1])
