"""Coordinate reference systems as people and programs write them: codes, URNs, addresses, names, Chinese strips, WKT."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from pyproj import CRS
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError

from ..findings import Finding, finding
from .areas import Bounds, fits

#: Gauss-Krueger strips of China: datum, width in degrees -> EPSG code of the first strip with the zone number before
#: the easting, of the first without, the zone number of the first, how many there are (EPSG registry; the zones follow
#: each other, central meridians from 75E to 135E).
STRIPS = {
    ("CGCS2000", 3): (4513, 4534, 25, 21),
    ("CGCS2000", 6): (4491, 4502, 13, 11),
    ("Xian 1980", 3): (2349, 2370, 25, 21),
    ("Xian 1980", 6): (2327, 2338, 13, 11),
    ("Beijing 1954", 3): (2401, 2422, 25, 21),
    ("Beijing 1954", 6): (21413, 21453, 13, 11),
}
_FIRST_MERIDIAN = 75

_CHINESE_DATUMS = (
    (
        "CGCS2000",
        r"CGCS[\s_]*2000|CHINA[\s_]*2000|CHINA GEODETIC COORDINATE SYSTEM 2000|国家2000|2000国家|大地2000|CGCS",
    ),
    ("Xian 1980", r"XI'?AN[\s_]*(?:19)?80|西安(?:19)?80|(?:19)?80年?西安"),
    ("Beijing 1954", r"(?:BEIJING|PEKING)[\s_]*(?:19)?54|北京(?:19)?54|(?:19)?54年?北京"),
)
#: Numbers that people write for a Chinese datum.
_YEARS = ("2000", "1980", "1954")
#: What a text on a Chinese strip may hold beside datum, strip and meridian without meaning another grid: the datum of
#: heights, the usual false easting and scale, a meridian whose minutes and seconds are zero.
_HARMLESS = (
    (
        r"(?:19)?85年?(?:国家)?高程(?:基准|系统)?|国家(?:19)?85高程(?:基准|系统)?|(?:19)?(?:56|85)年?黄海高程(?:基准|系统)?|黄海(?:19)?(?:56|85)(?:高程)?(?:基准|系统)?",
        " ",
    ),
    (
        r"(?:FE|FALSE[\s_]*EASTING|东偏|东移)\s*[:=]?\s*500(?:[\s,]?000(?:\.0+)?\s*(?:M\b|米)?|\s*(?:KM|公里|千米))",
        " ",
    ),
    (r"(?:FN|FALSE[\s_]*NORTHING|北偏)\s*[:=]?\s*0(?:\.0+)?(?![\d.])\s*(?:M\b|米)?", " "),
    (r"(?:K0?|SCALE)\s*[:=]\s*1(?:\.0+)?(?![\d.])", " "),
    (
        r"(\d{2,3})\s*(?:°|度|:|D)\s*00?\s*(?:(?:['′分]|:|M)\s*(?:00?(?:\.0+)?\s*(?:[\"″秒]|''|S)?)?)?(?![\d.])",
        r"\1°",
    ),
)
#: Words of grids that are no registered strip: of a city or a project, shifted, or at the height of the ground.
_OWN_GRID = re.compile(
    r"\bF[EN]\b|FALSE|东偏|北偏|东移|北移|平移|加常数|常数|投影面|高程面|独立|抵偿|地方|本地|工程坐标|城市坐标|城建|任意|"
    r"LOCAL|INDEPENDENT|OFFSET|SHIFT"
)
#: Datum in text -> first EPSG code of the northern and southern UTM zones (zone 0), and the zones that exist.
_UTM_DATUMS = (
    (r"WGS[\s_]*(?:19)?84", 32600, 32700, range(1, 61)),
    (r"ETRS[\s_]*(?:19)?89", 25800, None, range(28, 38)),
    (r"NAD[\s_]*(?:19)?83", 26900, None, range(1, 24)),
    (r"ED[\s_]*(?:19)?50", 23000, None, range(28, 39)),
    (r"WGS[\s_]*(?:19)?72", 32200, 32300, range(1, 61)),
)
#: Names of the German surveying authorities (GeoInfoDok) that are no UTM: code, EPSG.
_ADV = {
    "ETRS89_LAT-LON": 4258,
    "ETRS89_UTM32": 25832,
    "ETRS89_UTM33": 25833,
    "ETRS89_UTM31": 25831,
    "DE_DHDN_3GK2": 31466,
    "DE_DHDN_3GK3": 31467,
    "DE_DHDN_3GK4": 31468,
    "DE_DHDN_3GK5": 31469,
    "DE_DHDN_3GK2_NW101": 31466,
    "DE_DHDN_3GK2_NW119": 31466,
    "DE_42-83_3GK4": 2398,
    "DE_42-83_3GK5": 2399,
    "DE_RD-83_3GK4": 3397,
    "DE_RD-83_3GK5": 3398,
    "DE_PD-83_3GK4": 3396,
}
#: Words that stand where a name should and mean nothing.
_PLACEHOLDERS = frozenset(
    ("none", "null", "nil", "na", "n/a", "unknown", "undefined", "notdefined", "not_defined", "unset", "local", "default",
     "tbd", "todo", "?", "-", ".", "无", "未知", "未定义", "本地")
)  # fmt: skip
_DATUM_WORDS = re.compile(
    r"^(?:WGS ?84|WGS ?1984|WORLD GEODETIC SYSTEM 1984|ETRS ?89|ETRF ?89|NAD ?83|NAD ?27|JGD ?2000|JGD ?2011|GDA ?94|"
    r"GDA ?2020|GRS ?80|ITRF ?\d*|CGCS ?2000|国家2000(?:坐标系)?|2000国家大地坐标系|西安80(?:坐标系)?|北京54(?:坐标系)?|"
    r"XI'?AN ?(?:19)?80|BEIJING ?(?:19)?54|CHINA GEODETIC COORDINATE SYSTEM 2000|WGS|SIRGAS ?2000|NZGD ?2000)$"
)
_WKT = re.compile(
    r"^\s*(?:COMPD_?CS|COMPOUNDCRS|PROJCS|PROJCRS|PROJECTEDCRS|GEOGCS|GEOGCRS|GEOGRAPHICCRS|GEODCRS|GEODETICCRS|"
    r"BOUNDCRS|GEOCCS|LOCAL_CS|ENGCRS|VERT_?CS|VERTCRS)\s*[\[(]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ReadCrs:
    """What a text says about coordinates.

    Attributes
    ----------
    crs : the horizontal CRS, projected or geographic in two dimensions; None where the text names none
    vertical : name of the vertical CRS of a compound one, as PROJ knows it
    authority_order : the spelling means the axis order of the registry (URN, opengis.net address, bare WKT does not)
    findings : why there is no CRS, what was assumed
    """

    crs: CRS | None
    vertical: str | None = None
    authority_order: bool = False
    findings: tuple[Finding, ...] = ()


def crs_from_text(text: str | None) -> tuple[CRS | None, tuple[Finding, ...]]:
    """Return the horizontal CRS that a text names, and what a person should know about it.

    Read are codes (``EPSG:4547``, ``4547``, ``ESRI:102100``), URNs and addresses of the OGC, compound ones too, names
    of the German authorities (``urn:adv:crs:...``), names that PROJ knows (EPSG's and Esri's), UTM and Chinese strips
    in words, WKT, PROJJSON and PROJ strings. A compound CRS gives its horizontal part. A datum alone is no CRS.

    Returns
    -------
    (CRS or None, findings). None comes with a finding: ``crs_missing``, ``crs_datum_only``, ``crs_not_horizontal``,
    ``crs_unknown``, ``crs_unknown_code``, ``crs_strip_unknown``.
    """
    read = read_crs(text or "")
    return read.crs, read.findings


def swaps_axes(text: str | None, crs: CRS, bounds: Bounds | None = None) -> bool:
    """Return whether coordinates under this spelling of a CRS come north first (latitude, longitude; northing, easting).

    URNs and opengis.net addresses mean the order of the registry (OGC 07-092r3); ``EPSG:25832`` and plain names mean
    east first, as programs write them.

    Parameters
    ----------
    bounds : of the coordinates as they stand in the file (x, y, x, y); where only one order puts them into the area of
        use of the CRS, that order is right whatever the spelling says
    """
    swapped = read_crs(text or "").authority_order and north_first(crs)
    if bounds is not None:
        x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        as_said, other = ((y, x), (x, y)) if swapped else ((x, y), (y, x))
        if not fits(crs, *as_said) and fits(crs, *other):
            return not swapped
    return swapped


@lru_cache(maxsize=512)
def north_first(crs: CRS) -> bool:
    """Return whether the first axis of a CRS, as its authority defines it, points north or south."""
    axes = crs.axis_info
    return bool(axes) and axes[0].direction in ("north", "south") and axes[1].direction in ("east", "west")


@lru_cache(maxsize=4096)
def read_crs(text: str) -> ReadCrs:
    """Return all that a text says about coordinates; see `crs_from_text`."""
    raw = text.strip().strip("'\"").strip()
    if _WKT.match(raw) or raw.startswith(("+proj", "+init", "{")):
        return _read_definition(raw)
    clean = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", raw)).strip()
    if not clean or clean.lower() in _PLACEHOLDERS:
        return _nothing(finding("crs_missing", "No coordinate reference system is named."))
    if len(clean) > 1000:
        return _unknown(clean)
    return (
        _read_adv(clean)
        or _read_reference(clean)
        or _read_code(clean)
        or _read_datum(clean)
        or _read_name(clean)
        or _read_utm(clean)
        or _read_chinese(clean)
        or _unknown(clean)
    )


def chinese_strip(crs: CRS) -> tuple[str, int, int, bool] | None:
    """Return datum, width in degrees, zone number and whether eastings carry it, of a Chinese Gauss-Krueger CRS."""
    code = crs.to_epsg()
    for (datum, width), (zoned, unzoned, first_zone, count) in STRIPS.items():
        for first, has_zone in ((zoned, True), (unzoned, False)):
            if code is not None and first <= code < first + count:
                return datum, width, first_zone + code - first, has_zone
    return None


def strip_crs(datum: str, width: int, zone: int, zoned: bool) -> CRS | None:
    """Return the CRS of a Chinese strip by datum (as in `STRIPS`), width and zone number; None where there is none."""
    with_zone, without, first_zone, count = STRIPS[datum, width]
    if not first_zone <= zone < first_zone + count:
        return None
    return CRS.from_epsg((with_zone if zoned else without) + zone - first_zone)


def _nothing(*findings: Finding) -> ReadCrs:
    return ReadCrs(None, findings=findings)


def _unknown(text: str) -> ReadCrs:
    return _nothing(
        finding(
            "crs_unknown",
            "{text} names no coordinate reference system that is known; give its code, such as EPSG:4547.",
            text=text[:120],
        )
    )


def _horizontal(crs: CRS, authority_order: bool = False, findings: tuple[Finding, ...] = ()) -> ReadCrs:
    """Reduce a CRS to its two-dimensional part."""
    vertical = None
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if crs.is_compound:
        crs, upper = crs.sub_crs_list[:2]
        vertical = upper.name
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if crs.is_geographic and len(crs.axis_info) == 3:
        crs = _flat(crs)
    if not (crs.is_geographic or crs.is_projected) or len(crs.axis_info) < 2:
        return _nothing(
            finding(
                "crs_not_horizontal",
                "{name} is no coordinate reference system of a map ({kind}).",
                name=crs.name,
                kind=crs.type_name,
            )
        )
    if crs.to_authority(min_confidence=100) is None:
        crs = _known(crs)
    return ReadCrs(crs, vertical, authority_order, findings)


def _flat(crs: CRS) -> CRS:
    """Return the two-dimensional CRS of the same name as a three-dimensional geographic one."""
    try:
        flat = CRS.from_user_input(crs.name)
    except CRSError:
        return crs
    return flat if flat.is_geographic and len(flat.axis_info) == 2 else crs


def _known(crs: CRS) -> CRS:
    """Return the registered CRS that a definition is certainly equal to (it has an area of use), else the definition."""
    authority = crs.to_authority(min_confidence=70)
    if authority is None:
        return crs
    known = CRS.from_authority(*authority)
    return known if known.equals(crs, ignore_axis_order=True) else crs


def _read_definition(text: str) -> ReadCrs:
    try:
        return _horizontal(CRS.from_user_input(text))
    except CRSError:
        return _nothing(
            finding(
                "crs_unknown",
                "The definition of the coordinate reference system cannot be read: {text}.",
                text=text[:120],
            )
        )


def _read_adv(text: str) -> ReadCrs | None:
    match = re.match(r"^urn:adv:crs:(.+)$", text, re.IGNORECASE)
    name, *vertical = (match.group(1) if match else text).split("*")
    code = _ADV.get(name.upper())
    if code is None or not (match or vertical or name.upper().startswith("DE_")):
        return None
    return ReadCrs(CRS.from_epsg(code), "*".join(vertical) or None)


#: One code in a URN or an address: authority, version (dropped), code.
_PARTS = re.compile(r"(EPSG|OGC|ESRI|IGNF)[:/#]+(?:[\w.]*[:/])?((?:CRS:?)?\d+h?)$", re.IGNORECASE)


def _read_reference(text: str) -> ReadCrs | None:
    """Read URNs and web addresses; both may hold several codes that make up a compound CRS."""
    lower = text.lower()
    if lower.startswith(("http://", "https://", "www.")):
        parts = urlsplit(text if "://" in text else f"http://{text}")
        pieces = [value for _, value in parse_qsl(parts.query)] or [f"{parts.path}#{parts.fragment}"]
        ordered = "/def/crs" in parts.path.lower()
    elif lower.startswith(("urn:", "x-ogc:")):
        pieces = re.split(r"[,+]", text)
        ordered = True
    else:
        return None
    found: list[ReadCrs] = []
    for piece in pieces:
        match = _PARTS.search(piece.rstrip("/#")) or re.search(r"(EPSG)?.*?(\d{4,6})[/#]*$", piece)
        if match:
            found.append(_by_code((match.group(1) or "EPSG").upper(), match.group(2), ordered))
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    horizontal = next((read for read in found if read.crs is not None), found[0])
    vertical = next((read.vertical for read in found if read.crs is None and read.vertical), None)
    return ReadCrs(horizontal.crs, vertical, ordered, horizontal.findings)


def _read_code(text: str) -> ReadCrs | None:
    if re.fullmatch(r"(?:OGC:?)?\s*(?:1\.3:)?CRS:?84h?", text, re.IGNORECASE):
        return _by_code("OGC", "CRS84", False)
    match = re.fullmatch(
        r"(?:(EPSG|ESRI|IGNF|OGC)[\s:_/\-.]*(?:CODE|NR|NO)?[\s:.]*:*)?(\d{4,6})"
        r"(?:\s*[+,;]\s*(?:EPSG[\s:]*)?(\d{4,6}))?(?:\s*[-(/](.*))?",
        text,
        re.IGNORECASE,
    )
    if match:
        authority, code, vertical, words = match.groups()
        if authority is None and words is not None:
            return _read_number_and_words(code, words)
        if authority is None and code in _YEARS:
            return _nothing(
                finding(
                    "crs_number_ambiguous",
                    "{text} may be a code of the EPSG register or the year of a Chinese datum; give the code of the "
                    "coordinate reference system, such as EPSG:4547.",
                    text=text[:120],
                )
            )
        read = _by_code((authority or "EPSG").upper(), code, False)
        upper = _by_code("EPSG", vertical, False).vertical if vertical else None
        return ReadCrs(read.crs, upper or read.vertical, False, read.findings)
    inside = re.search(r"\bEPSG[\s:_]*:*\s*(\d{4,6})\b", text, re.IGNORECASE)
    if inside:
        return _by_code("EPSG", inside.group(1), False)
    if re.match(r"EPSG\b", text, re.IGNORECASE):
        return _nothing(
            finding("crs_unknown_code", "{text} is no code of the EPSG register; check it.", text=text[:120])
        )
    return None


def _read_number_and_words(code: str, words: str) -> ReadCrs | None:
    """Read words after a number without authority: the number is a code only where the words name the same CRS."""
    named = read_crs(words.strip(" -/()"))
    agree = code in _YEARS or named.crs == _by_code("EPSG", code, False).crs
    return named if named.crs is not None and agree else None


@lru_cache(maxsize=1024)
def _by_code(authority: str, code: str, authority_order: bool) -> ReadCrs:
    if authority == "OGC":
        code = re.sub(r"^(?:CRS:?)?(84|83|27)h?$", r"CRS\1", code, flags=re.IGNORECASE)
    try:
        crs = CRS.from_authority(authority, code)
    except CRSError:
        return _nothing(
            finding(
                "crs_unknown_code",
                "{authority}:{code} is no coordinate reference system that is known; check the code.",
                authority=authority,
                code=code,
            )
        )
    if crs.is_vertical and not crs.is_compound:
        read = _horizontal(crs)
        return ReadCrs(None, crs.name, authority_order, read.findings)
    return _horizontal(crs, authority_order)


def _read_datum(text: str) -> ReadCrs | None:
    if not _DATUM_WORDS.match(re.sub(r"[\s_]+", " ", text.upper())):
        return None
    return _nothing(_datum_only(text))


def _datum_only(text: str) -> Finding:
    return finding(
        "crs_datum_only",
        "{text} is a datum, not a coordinate reference system: projection and zone are missing; give the code, such as "
        "EPSG:4547.",
        text=text[:120],
    )


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _read_name(text: str) -> ReadCrs | None:
    """Read the name of a CRS as EPSG or Esri write it, ignoring case and punctuation."""
    for spelling in dict.fromkeys((text, text.replace(" ", "_"))):
        try:
            crs = CRS.from_user_input(spelling)
        except CRSError:
            continue
        if _squeezed(text) in _names_of(crs):
            return _horizontal(crs)
    authority = _registered_names().get(_squeezed(text))
    return None if authority is None else _horizontal(CRS.from_authority(*authority))


def _names_of(crs: CRS) -> set[str]:
    """Return the names under which PROJ's search, which also takes near misses, may have found a CRS."""
    names = {_squeezed(crs.name)}
    if not crs.is_compound:
        esri = re.match(r'\w+\["([^"]+)"', crs.to_wkt("WKT1_ESRI"))
        names |= {_squeezed(esri.group(1))} if esri else set()
    return names


@lru_cache(maxsize=1)
def _registered_names() -> dict[str, tuple[str, str]]:
    names: dict[str, tuple[str, str]] = {}
    kinds = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS, PJType.COMPOUND_CRS]
    for authority in ("EPSG", "ESRI"):
        for info in query_crs_info(authority, kinds):
            names.setdefault(_squeezed(info.name), (info.auth_name, info.code))
    return names


def _read_utm(text: str) -> ReadCrs | None:
    upper = text.upper()
    match = re.search(
        r"UTM[\s_/,-]*(?:ZONE|带|投影)?[\s_/,:-]*(\d{1,2})\s*[°_ -]?\s*([C-HJ-NP-X])?(?![A-Z])", upper
    )
    if match is None:
        return None
    zone, band = int(match.group(1)), match.group(2)
    south = band == "S" or (band is not None and band not in "N" and band < "N")
    notes: list[Finding] = []
    stated = next((datum for datum in _UTM_DATUMS if re.search(datum[0], upper)), None)
    _, north, southern, zones = stated or _UTM_DATUMS[0]
    if stated is None:
        notes.append(
            finding("crs_datum_assumed", "{text} names no datum; WGS 84 was assumed.", text=text[:120])
        )
    if zone not in zones or (south and southern is None):
        return _unknown(text)
    if band is None and southern is not None:
        notes.append(
            finding(
                "crs_hemisphere_assumed",
                "{text} names no hemisphere; the northern one was assumed.",
                text=text[:120],
            )
        )
    return ReadCrs(CRS.from_epsg((southern if south and southern else north) + zone), findings=tuple(notes))


def _read_chinese(text: str) -> ReadCrs | None:
    """Read the strips of China in words: datum, width, zone number or central meridian."""
    upper = text.upper()
    stated = next((pair for pair in _CHINESE_DATUMS if re.search(pair[1], upper)), None)
    if stated is None:
        return None
    datum, pattern = stated
    rest = re.sub(pattern, " ", upper)
    for harmless, instead in _HARMLESS:
        rest = re.sub(harmless, instead, rest)
    rest, width = _strip_width(rest)
    rest, zone = _taken(rest, _ZONE)
    rest, meridian = _taken(rest, _MERIDIAN)
    numbers = re.findall(r"(?<![\d.])\d{2,3}(?:\.\d+)?(?![\d.])", rest)
    if meridian is None and len(numbers) == 1 and (zone is None or float(numbers[0]) >= _FIRST_MERIDIAN):
        rest, meridian = rest.replace(numbers[0], " ", 1), float(numbers[0])
    more = re.search(r"\d", rest) or _OWN_GRID.search(rest)
    if zone is None and meridian is None and not more:
        return _nothing(_datum_only(text))
    strips = [
        _strip_of_number(text, datum, width, number) for number in (meridian, zone) if number is not None
    ]
    if (
        not more
        and strips
        and None not in strips
        and len({_central(strip) for strip in strips if strip}) == 1
    ):
        return strips[0]
    return _nothing(
        finding(
            "crs_strip_unknown",
            "{text} names no strip of 3 or 6 degrees that EPSG registers; give the WKT or the code of the coordinate "
            "reference system.",
            text=text[:120],
        )
    )


_ZONE = re.compile(
    r"(?:ZONE|带号|分带|第|STRIP)[\s_:=]*(\d{2})(?!\d)(?:\s*号?带)?|(?<!\d)(\d{2})\s*(?:带|号带|ZONE)"
)
_MERIDIAN = re.compile(
    r"(?:CM|L0|中央子午线|中央经线|子午线|MERIDIAN|东经)[\s_:=东经度为]*(\d{2,3}(?:\.\d+)?)|"
    r"(?<!\d)(\d{2,3}(?:\.\d+)?)\s*[°度]?\s*E\b"
)


def _taken(rest: str, pattern: re.Pattern[str]) -> tuple[str, float | None]:
    """Take the first number that a pattern finds out of a text."""
    match = pattern.search(rest)
    if match is None:
        return rest, None
    number = next(group for group in match.groups() if group)
    return f"{rest[: match.start()]} {rest[match.end() :]}", float(number)


def _central(read: ReadCrs) -> float:
    """Return the central meridian of a strip that was read."""
    strip = None if read.crs is None else chinese_strip(read.crs)
    if strip is None:
        return math.nan
    return strip[2] * 3.0 if strip[1] == 3 else strip[2] * 6.0 - 3.0


def _strip_width(rest: str) -> tuple[str, int | None]:
    """Take the width of the strips out of a text."""
    for width, pattern in (
        (3, r"(?:(?<!\d)3|三)\s*[-_]?\s*(?:DEGREE|DEG|度|°)\s*(?:分?带|ZONES?)?"),
        (6, r"(?:(?<!\d)6|六)\s*[-_]?\s*(?:DEGREE|DEG|度|°)\s*(?:分?带|ZONES?)?"),
    ):
        if re.search(pattern, rest):
            return re.sub(pattern, " ", rest), width
    return rest, None


def _strip_of_number(text: str, datum: str, width: int | None, number: float) -> ReadCrs | None:
    """Return the strip that a zone number (13 to 45) or a central meridian (75 to 135) means."""
    if number != int(number):
        return None
    for candidate in (width,) if width else (3, 6):
        zone, zoned = int(number), True
        if number >= _FIRST_MERIDIAN:
            steps, odd = divmod(int(number) - _FIRST_MERIDIAN, candidate)
            if odd:
                continue
            zone, zoned = STRIPS[datum, candidate][2] + steps, False
        crs = strip_crs(datum, candidate, zone, zoned)
        if crs is not None:
            return ReadCrs(crs, findings=(_strip_read(text, crs),))
    return None


def _strip_read(text: str, crs: CRS) -> Finding:
    return finding("crs_read_from_words", "{text} was read as {crs}.", text=text[:120], crs=crs.name)
