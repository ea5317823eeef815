import builtins
import datetime
import zipfile

import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.indicators.tables import column_letters, read_tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

TEXT = "代码,名称,体检值\n990102001001,东门社区,3\n0990102001002,新民社区,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_tables_in_all_encodings_and_delimiters(tmp_path, encoding, delimiter):
    path = tmp_path / "值.csv"
    path.write_bytes(TEXT.replace(",", delimiter).encode(encoding))
    (grid,) = read_tables(path)
    assert grid.rows == [
        ["代码", "名称", "体检值"],
        ["990102001001", "东门社区", "3"],
        ["0990102001002", "新民社区", None],
    ]
    assert grid.source == "值.csv"


def test_commas_inside_quotes_do_not_decide_the_delimiter(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('代码;名称;备注\n1;"a,b,c";"d,e\nf"\n2;"g,h,i";j\n', encoding="utf-8")
    assert read_tables(path)[0].rows[1] == ["1", "a,b,c", "d,e\nf"]


def test_latin_bytes_are_refused_instead_of_misread(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"code,name\n1,\xff\xfe\xff\n")
    with pytest.raises(InputError, match=r"a\.csv.*UTF-8 and GB18030"):
        read_tables(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0 old", r"a\.xls.*old binary kind.*\.xlsx"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0 encrypted", "password"),
        ("a.xlsx", b"code,name", r"not a workbook although"),
        ("a.xlsx", b"PK\x03\x04 broken", "damaged"),
        ("a.csv", b"PK\x03\x04 zip", "not a table"),
        ("a.csv", b"  \n", "empty"),
    ],
)
def test_unreadable_files_get_one_sentence(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        read_tables(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"no file .*gone\.csv"):
        read_tables(tmp_path / "gone.csv")


def test_without_openpyxl_the_remedy_is_named(tmp_path, monkeypatch):
    Workbook().save(tmp_path / "a.xlsx")
    real = builtins.__import__

    def without(name, *rest):
        if name == "openpyxl":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"openpyxl.*python3-openpyxl"):
        read_tables(tmp_path / "a.xlsx")


@pytest.fixture
def book(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.title = "社区指标"
    sheet["B2"] = "街道"
    sheet["B3"] = "古渡街道"
    sheet.merge_cells("B3:B4")
    sheet["C3"], sheet["C4"] = 990102001001, "0990102001002"
    sheet["D3"], sheet["D4"] = 0.5902, 59
    sheet["D3"].number_format = "0.00%"
    sheet["D4"].number_format = '0"%"'
    sheet["E3"], sheet["E4"] = datetime.datetime(2024, 12, 31), True
    sheet["F3"], sheet["F4"] = "12345678901234567890", "   "
    sheet["G3"], sheet["G4"] = 12345678901234567890, 31.0
    book.create_sheet("空")
    book.create_sheet("城区指标")["A1"] = 2.5
    return book, tmp_path / "annex.xlsx"


def test_workbooks(book):
    workbook, path = book
    workbook.save(path)
    first, second = read_tables(path)
    assert (first.source, second.source) == ("annex.xlsx [社区指标]", "annex.xlsx [城区指标]")
    assert first.rows[0] == [None] * 7
    assert first.rows[2] == [
        None, "古渡街道", 990102001001, "59.02%", "2024-12-31", "12345678901234567890",
        pytest.approx(1.2345678901234567e19),
    ]  # fmt: skip
    assert first.rows[3] == [None, "古渡街道", "0990102001002", 59, "TRUE", None, 31]
    assert first.merged == {(3, 1): (2, 1)}


def test_dates_of_the_1904_calendar(book):
    workbook, path = book
    workbook.epoch = datetime.datetime(1904, 1, 1)
    workbook.save(path)
    assert read_tables(path)[0].rows[2][4] == "2024-12-31"


def test_a_formula_without_result_is_not_an_empty_cell(book):
    workbook, path = book
    workbook["社区指标"]["D5"] = "=SUM(D3:D4)"
    workbook.save(path)
    with pytest.raises(InputError, match=r"Cell D5 in annex\.xlsx \[社区指标\] holds a formula"):
        read_tables(path)


def test_a_formula_with_a_stored_result_is_its_result(book):
    workbook, path = book
    workbook["社区指标"]["D5"] = "=1+1"
    workbook.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = (
        parts[sheet]
        .replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
        .replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert read_tables(path)[0].rows[4][3] == 2


def test_column_letters():
    assert [column_letters(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


CELL = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8).map(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=6))
def test_gb18030_text_comes_back(tmp_path, rows):
    rows = [["代码", "名称", "体检值"], *rows]
    path = tmp_path / "a.csv"
    lines = [",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    found = read_tables(path)[0].rows
    kept = rows[: max(i + 1 for i, row in enumerate(rows) if any(row))]
    assert [[cell or "" for cell in row] for row in found] == kept
