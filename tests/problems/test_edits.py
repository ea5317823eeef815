import geopandas as gpd
import pandas as pd
from citycheck.citycheck_qgis.problems.edits import EDITABLE, keep_edits
from shapely import Point


def table(**statuses):
    rows = [{"problem_id": key, "year": 2024, "status": status} for key, status in statuses.items()]
    frame = pd.DataFrame(rows, columns=["problem_id", "year", *EDITABLE], dtype=object)
    return gpd.GeoDataFrame(frame, geometry=[Point(0, 0)] * len(frame))


def statuses(ledger):
    return dict(zip(ledger["problem_id"], ledger["status"], strict=True))


def test_an_edit_in_the_database_is_kept_and_a_new_survey_taken():
    then = table(a="open", b="open", c="open", d=None)
    present = table(a="已完成", b="open", c="已完成", d="交办", gone="open")
    survey = table(a="open", b="整改中", c="整改中", d=None, new="open")
    ledger, kept = keep_edits(survey, present, then)
    # c: both have moved on; the database is where its course is followed.
    assert statuses(ledger) == {"a": "已完成", "b": "整改中", "c": "已完成", "d": "交办", "new": "open"}
    assert kept == 3


def test_a_value_that_was_emptied_stays_empty():
    ledger, kept = keep_edits(table(a="open"), table(a=None), table(a="open"))
    assert statuses(ledger) == {"a": None} and kept == 1


def test_without_what_the_survey_said_the_new_survey_holds():
    ledger, kept = keep_edits(table(a="整改中"), table(a="已完成"), table())
    assert statuses(ledger) == {"a": "整改中"} and kept == 0
