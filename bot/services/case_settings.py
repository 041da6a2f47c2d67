"""What an installation decides about cases: departments, districts, promised days. Read once at start from cases.yml."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.business.case import TYPE_TITLES, CaseType
from bot.errors import DeskSettingsInvalid
from bot.services.desk_settings import IDENTIFIER, LIKE_AN_IDENTIFIER
from bot.services.settings_file import FieldReader, load_file

FILE = "cases.yml"
KEYS = (
    "departments", "districts", "days", "urgent_days", "results", "rate_for_days", "reopen_for_days", "close_after_days",
    "escalate_again_after_days", "demand",
)  # fmt: skip
MAX_DAYS = 250
"""A year has about so many working days."""


@dataclass(frozen=True)
class Department:
    id: str
    title: str
    subjects: frozenset[str]
    """What it is suggested for; empty = everything."""
    districts: frozenset[str]


@dataclass(frozen=True)
class DemandSettings:
    threshold: int
    """From how many different askers on work is proposed."""
    similarity: float
    """0-1, from which two matters are about the same."""
    window_days: int


@dataclass(frozen=True)
class CaseSettings:
    departments: tuple[Department, ...]
    districts: tuple[str, ...]
    days: Mapping[CaseType, int]
    """Working days from filing to the promised day."""
    urgent_days: int
    results: Mapping[str, str]
    rate_for_days: int
    reopen_for_days: int
    close_after_days: int
    """These three in working days after the answer."""
    escalate_again_after_days: int
    """In working days after the promised one."""
    demand: DemandSettings

    def department(self, department_id: str | None) -> Department | None:
        return next((each for each in self.departments if each.id == department_id), None)

    def title_of(self, department_id: str | None) -> str | None:
        """Return the department's title; its id when the file names it no more."""
        known = self.department(department_id)
        return known.title if known else department_id


def read_case_settings(path: Path, subject_titles: Collection[str]) -> CaseSettings:
    """Return what the file says; `subject_titles` are the known subjects. Raises DeskSettingsInvalid naming every mistake."""
    reader = FieldReader(path.name)
    given = reader.mapping(load_file(path), "", KEYS)
    districts = reader.texts(given.get("districts"), "districts", 16, 50)
    settings = CaseSettings(
        departments=_departments(reader, given.get("departments"), subject_titles, districts),
        districts=districts,
        days=_days(reader, given.get("days")),
        urgent_days=_number(reader, given, "urgent_days"),
        results=_results(reader, given.get("results")),
        rate_for_days=_number(reader, given, "rate_for_days"),
        reopen_for_days=_number(reader, given, "reopen_for_days"),
        close_after_days=_number(reader, given, "close_after_days"),
        escalate_again_after_days=_number(reader, given, "escalate_again_after_days"),
        demand=_demand(reader, given.get("demand")),
    )
    if reader.problems:
        raise DeskSettingsInvalid(reader.problems)
    return settings


def _number(reader: FieldReader, given: Mapping[str, Any], field: str) -> int:
    return reader.number(given.get(field), field, 1, MAX_DAYS)


def _departments(
    reader: FieldReader, value: Any, subjects: Collection[str], districts: Collection[str]
) -> tuple[Department, ...]:
    found: list[Department] = []
    for place, entry in reader.entries(value, "departments", 200):
        given = reader.mapping(entry, place, ("id", "title", "subjects", "districts"))
        department = Department(
            id=reader.text(given.get("id"), f"{place}.id", 32, IDENTIFIER, LIKE_AN_IDENTIFIER),
            title=reader.text(given.get("title"), f"{place}.title", 32),
            subjects=frozenset(reader.texts(given.get("subjects"), f"{place}.subjects", 64, 200, known=subjects)),
            districts=frozenset(reader.texts(given.get("districts"), f"{place}.districts", 16, 50, known=districts)),
        )
        for field in ("id", "title"):
            if any(getattr(other, field) == getattr(department, field) != "" for other in found):
                reader.wrong(f"{place}.{field}", "already belongs to another department")
        found.append(department)
    if not found:
        reader.wrong("departments", "must hold one department at least")
    return tuple(found)


def _days(reader: FieldReader, value: Any) -> dict[CaseType, int]:
    given = reader.mapping(value, "days", tuple(TYPE_TITLES))
    return {each: reader.number(given.get(each), f"days.{each}", 1, MAX_DAYS) for each in CaseType}


def _results(reader: FieldReader, value: Any) -> dict[str, str]:
    given = reader.mapping(value, "results")
    if value is not None and not given:
        reader.wrong("results", "must hold one result at least")
    for key in given:
        reader.text(key, f"results.{key[:40]}", 32, IDENTIFIER, LIKE_AN_IDENTIFIER)
    return {key: reader.text(title, f"results.{key}", 16) for key, title in given.items()}


def _demand(reader: FieldReader, value: Any) -> DemandSettings:
    given = reader.mapping(value, "demand", ("threshold", "similarity_percent", "window_days"))
    return DemandSettings(
        threshold=reader.number(given.get("threshold"), "demand.threshold", 2, 1_000),
        similarity=reader.number(given.get("similarity_percent"), "demand.similarity_percent", 1, 100) / 100,
        window_days=reader.number(given.get("window_days"), "demand.window_days", 1, 730),
    )
