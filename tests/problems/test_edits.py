import geopandas as gpd
import pandas as pd
from citycheck.citycheck_qgis.problems.edits import EDITABLE, Kept, keep_edits
from shapely import Point


def table(**statuses):
    rows = [{"problem_id": key, "year": 2024, "status": status} for key, status in statuses.items()]
    frame = pd.DataFrame(rows, columns=["problem_id", "year", *EDITABLE], dtype=object)
    return gpd.GeoDataFrame(frame, geometry=[Point(0, 0)] * len(frame))


def statuses(ledger):
    return dict(zip(ledger["problem_id"], ledger["status"], strict=True))


def test_an_edit_in_the_database_is_kept_and_a_new_survey_taken():
    then = table(a="open", b="open", c="open", d=None, gone="open")
    present = table(a="已完成", b="open", c="已完成", d="交办", gone="open")
    survey = table(a="open", b="整改中", c="整改中", d=None, new="open")
    ledger, kept = keep_edits(survey, {"problem": present, "surveyed": then})
    # c: both have moved on; the database is where its course is followed.
    assert statuses(ledger) == {"a": "已完成", "b": "整改中", "c": "已完成", "d": "交办", "new": "open"}
    assert kept == Kept(edited=3, disputed=1, added=0)
    assert len(kept.notes()) == 2


def test_a_value_that_was_emptied_stays_empty():
    ledger, kept = keep_edits(table(a="open"), {"problem": table(a=None), "surveyed": table(a="open")})
    assert statuses(ledger) == {"a": None} and kept == Kept(1, 0, 0)


def test_a_problem_that_no_survey_knows_stays():
    present = {"problem": table(a="open", platform="整改中"), "surveyed": table(a="open")}
    ledger, kept = keep_edits(table(a="open"), present)
    assert statuses(ledger) == {"a": "open", "platform": "整改中"} and kept == Kept(0, 0, 1)
    assert ledger.geometry.notna().all()


def test_without_what_the_survey_said_the_database_holds():
    ledger, kept = keep_edits(
        table(a="整改中", b="open"), {"problem": table(a="已完成", b="open", old="open")}
    )
    assert statuses(ledger) == {"a": "已完成", "b": "open"} and kept == Kept(1, 0, 0)
