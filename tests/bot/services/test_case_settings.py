"""cases.yml: what it may say, and how its mistakes are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.business.case import CaseType
from bot.errors import DeskSettingsInvalid
from bot.services.case_settings import FILE, CaseSettings, read_case_settings
from bot.settings import PROJECT
from tests.fixtures.desk import case_settings, subject_titles


def read(tmp_path: Path, **changes: Any) -> CaseSettings:
    given = yaml.safe_load((PROJECT / FILE).read_text(encoding="utf-8")) | changes
    file = tmp_path / FILE
    file.write_text(yaml.safe_dump({k: v for k, v in given.items() if v is not ...}, allow_unicode=True), encoding="utf-8")
    return read_case_settings(file, subject_titles())


def test_the_file_that_comes_along_is_right_and_covers_every_subject_it_names() -> None:
    settings = case_settings()

    assert len(settings.districts) == 13 and settings.days[CaseType.CONSULT] == 2
    assert settings.title_of("amr") == "市场监管局" and settings.title_of("gone") == "gone" and settings.title_of(None) is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"departments": []}, "cases.yml: departments: must hold one department at least"),
        ({"departments": [{"id": "A", "title": "甲", "subjects": [], "districts": []}]}, "cases.yml: departments 1.id:"),
        (
            {"departments": [{"id": "a", "title": "甲", "subjects": ["x"], "districts": []}]},
            "departments 1.subjects 1: x is unknown",
        ),
        (
            {"departments": [{"id": "a", "title": each, "subjects": [], "districts": []} for each in "甲乙"]},
            "departments 2.id: already belongs to another department",
        ),
        ({"days": {"consult": 0, "help": 5, "complaint": 7, "suggestion": 15}}, "days.consult: must be a whole number from 1 to"),
        ({"days": {"consult": 1, "help": 5, "complaint": 7}}, "days.suggestion: is missing"),
        ({"demand": {"threshold": 1, "similarity_percent": 30, "window_days": 9}}, "demand.threshold:"),
        ({"urgent_days": ...}, "urgent_days: is missing"),
        ({"results": {"Solved": "已解决"}}, "results.Solved:"),
        ({"more": 1}, "more: is unknown here"),
    ],
)
def test_a_mistake_stops_the_start_and_is_named(tmp_path: Path, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(DeskSettingsInvalid) as invalid:
        read(tmp_path, **changes)

    assert problem in str(invalid.value)
