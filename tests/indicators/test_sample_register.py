import pandas as pd
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.indicators.sample import check_sample, mark_not_surveyed, read_sample
from citycheck.citycheck_qgis.storage.tables import SAMPLE, VALUE


def write(path, *rows):
    path.write_bytes("\n".join(",".join(row) for row in rows).encode("gb18030"))
    return path


@pytest.fixture
def register(tmp_path):
    return write(
        tmp_path / "sample.csv",
        ["年度", "社区代码", "社区名称", "街道名称"],
        ["2023", "990102001001", "东门社区", "古渡街道"],
        ["2024", "'990102001001", "东门社区", "古渡街道"],
        ["2024", "", "新民社区居委会", "古渡街办"],
        ["2024", "9.90103001001E+11", "滨江社区", "南岸街道"],
        ["2024", "DY-01", "", ""],
        ["2024", "440103001001", "别处社区", ""],
        ["2024", "", "新民社区", ""],
    )


def test_a_register_without_dimensions(register, units):
    result = read_sample(register, units, 2024)
    assert list(result.sample.columns) == list(SAMPLE.columns)
    found = result.sample.groupby("dimension")["unit_code"].apply(sorted).to_dict()
    communities = ["990102001001", "990102001002", "990103001001", "DY-01"]
    assert found == {
        "housing": communities,
        "community": communities,
        "block": ["990102001000", "990103001000", "东苑管理区"],
    }
    c = result.conservation
    assert (c.total, c.matched, c.ambiguous, c.unmatched, c.outside) == (6, 4, 1, 0, 1)
    assert result.remainder[["row", "outcome"]].values.tolist() == [
        [2, "skipped"],
        [7, "outside"],
        [8, "ambiguous"],
    ]


def test_all_years_of_a_register(register, units):
    assert sorted(read_sample(register, units).sample["year"].unique()) == [2023, 2024]


def test_dimensions_named_by_the_register(tmp_path, units):
    path = write(
        tmp_path / "s.csv",
        ["代码", "维度"],
        ["990102001001", "住房、小区（社区）"],
        ["990102001002", "街区"],
        ["990103001000", "街区"],
        ["990100000000", "城区（城市）"],
        ["990103001001", "水系"],
    )
    result = read_sample(path, units, 2024)
    assert result.sample[["unit_code", "dimension"]].values.tolist() == [
        ["990100000000", "city"],
        ["990102001000", "block"],
        ["990102001001", "community"],
        ["990102001001", "housing"],
        ["990103001000", "block"],
    ]
    assert result.remainder["reason"].tolist() == ["unknown dimension '水系'"]


@pytest.mark.parametrize(
    ("header", "message"), [("社区", "year of the sample"), ("甲", r"No table of units was found in s\.csv")]
)
def test_registers_that_cannot_be_used(tmp_path, units, header, message):
    with pytest.raises(InputError, match=message):
        read_sample(write(tmp_path / "s.csv", [header, "备注"], ["东门社区", ""]), units)


def city(communities, streets, built_up=1.0):
    rows = [("C", "city", "C", None, 0.0)]
    rows += [(f"S{i}", "street", f"S{i}", "C", 0.0) for i in range(streets)]
    rows += [(f"K{i}", "community", f"K{i}", f"S{i % streets}", built_up) for i in range(communities)]
    return pd.DataFrame(rows, columns=["code", "level", "name", "parent_code", "built_up"])


def sampled(communities, streets):
    rows = [(f"K{i}", d, 2024) for i in communities for d in ("housing", "community")]
    rows += [(f"S{i}", "block", 2024) for i in streets]
    return pd.DataFrame(rows, columns=["unit_code", "dimension", "year"])


def warnings(sample, units):
    return [str(warning) for warning in check_sample(sample, units)]


def test_ten_communities_or_a_fifth_of_the_built_up_ones():
    assert warnings(sampled(range(10), range(4)), city(200, 4)) == []
    assert warnings(sampled(range(4), range(4)), city(20, 4)) == []
    (warning,) = warnings(sampled(range(4), range(4)), city(21, 4))
    assert "4 communities" in warning and "21 communities in the built-up area, here at least 5" in warning
    units = city(21, 4)
    units.loc[units["code"] == "K20", "built_up"] = 0.0
    assert warnings(sampled(range(4), range(4)), units) == []
    (warning,) = warnings(sampled(range(4), range(4)), city(21, 4, built_up=float("nan")))
    assert "does not say which are built up" in warning


def test_streets_and_nesting():
    (few,) = warnings(sampled([0, 4, 8, 12], [0]), city(20, 4))
    assert "1 streets were surveyed; the rule asks for 2" in few
    outside, empty = warnings(sampled([0, 1, 2, 4], [0, 1, 3]), city(20, 4))
    assert outside.endswith("not surveyed: K2.") and empty.endswith("surveyed community: S3.")
    assert warnings(sampled([], []), city(20, 4))[0].startswith("The sample register is empty")


def test_silent_cells_of_units_outside_the_sample_are_not_surveyed(register, units, system):
    sample = read_sample(register, units, 2024).sample
    rows = [
        ("990102001001", "M61-01", "missing", "/"),
        ("990102002002", "M61-01", "missing", "/"),
        ("990102002002", "M61-02", "missing", "两栋"),
        ("990102002002", "M61-06", "missing", "nan"),
        ("990102002002", "M61-03", "measured", "0"),
        ("990102002002", "M61-04", "not_applicable", "——"),
        ("990102002000", "M61-23", "missing", ""),
        ("990102001000", "M61-23", "missing", ""),
        ("990100000000", "M61-31", "missing", ""),
    ]
    values = pd.DataFrame(rows, columns=["unit_code", "indicator_id", "state", "text"])
    values = values.assign(edition="mohurd-61-2024", year=2024, source="a", value=None).reindex(
        columns=list(VALUE.columns)
    )
    marked = mark_not_surveyed(values, sample, system)
    assert marked["state"].tolist() == [
        "missing", "not_surveyed", "missing", "not_surveyed", "measured", "not_applicable", "not_surveyed", "missing", "missing",
    ]  # fmt: skip
    assert mark_not_surveyed(values.iloc[:0], sample, system).empty
    assert mark_not_surveyed(values, sample.iloc[:0], system)["state"].tolist() == values["state"].tolist()
