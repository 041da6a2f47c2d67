"""What an installation decides about its desk: teams and their hours, patience, words. Read once at start from desk.yml."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.business.opening_hours import DAY_WORDS, OpeningHours, Rule, read_periods
from bot.business.working_calendar import HANGZHOU, CalendarExtras, WorkingCalendar
from bot.errors import DeskSettingsInvalid
from bot.services.settings_file import FieldReader, load_file
from bot.services.working_calendar import build_working_calendar, read_calendar_extras
from bot.settings import MAX_TEXT_CHARACTERS
from knowledge.normalise import normalise

FILE = "desk.yml"
KEYS = (
    "teams", "silence", "agent_away_after_s", "always_to_person", "tags", "results", "shared_replies",
    "holidays", "working_days", "announced_years",
)  # fmt: skip
TEAM_KEYS = ("id", "title", "subjects", "hours", "promised_wait_s", "next", "languages")
REASON_TITLES: Mapping[str, str] = {
    "request_human": "用户要求",
    "complain": "用户不满",
    "urgent_harm": "正在受损害",
    "distress": "情绪危急",
    "danger": "人身危险",
    "fraud_victim": "遭遇诈骗",
    "low_confidence": "小助没把握",
    "deadline": "期限将到",
    "rule": "按规则转人工",
    "unanswerable": "小助答不了",
    "step_in": "坐席主动接入",
}
"""Why a person is asked for, as agents read it."""
RESULTS_NEEDED = ("solved", "unsolved", "forwarded", "no_reply", "spam")
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
PLACEHOLDERS = ("访客", "坐席", "工号", "时间问候", "组", "日期")
IDENTIFIER = r"[a-z][a-z0-9_]{0,31}"
LIKE_AN_IDENTIFIER = "must be of a-z, 0-9 and _, and begin with a letter"
SHORTEST_PHRASE = 3
NEXT_NONE = ("null", "~", "")
ANY_DAY = datetime(2026, 1, 1, tzinfo=HANGZHOU)


@dataclass(frozen=True)
class Team:
    id: str
    title: str
    subjects: frozenset[str]
    """What comes to this team first. Empty for the first team, which takes everything that no other names."""
    hours: OpeningHours
    promised_wait_s: int
    next_team: str | None
    """Who is asked when nobody came in the promised time; None = there is nobody further."""
    languages: frozenset[str]


@dataclass(frozen=True)
class SharedReply:
    """A canned reply with which a new installation begins."""

    shortcut: str
    title: str
    text: str


@dataclass(frozen=True)
class DeskSettings:
    teams: tuple[Team, ...]
    """At least one; the first takes what no other does."""
    silence_warn_s: int
    silence_end_s: int
    agent_away_after_s: int
    always_intents: frozenset[str]
    """Messages with one of these intents go to a person by rule."""
    always_phrases: tuple[str, ...]
    """In normal form: so do messages whose normal form holds one of these."""
    tags: tuple[str, ...]
    results: Mapping[str, str]
    shared_replies: tuple[SharedReply, ...]
    calendar_extras: CalendarExtras
    calendar: WorkingCalendar


def read_desk_settings(path: Path, subject_titles: Collection[str]) -> DeskSettings:
    """Return what the file says; `subject_titles` are the known subjects. Raises DeskSettingsInvalid naming every mistake."""
    reader = FieldReader(path.name)
    given = reader.mapping(load_file(path), "", KEYS)
    extras = read_calendar_extras(reader, given)
    calendar = build_working_calendar(extras)
    silence = reader.mapping(given.get("silence"), "silence", ("warn_after_s", "end_after_s"))
    always = reader.mapping(given.get("always_to_person"), "always_to_person", ("intents", "phrases"))
    settings = DeskSettings(
        teams=_teams(reader, given.get("teams"), subject_titles, calendar),
        silence_warn_s=reader.number(silence.get("warn_after_s"), "silence.warn_after_s", 30, 86_400),
        silence_end_s=reader.number(silence.get("end_after_s"), "silence.end_after_s", 30, 86_400),
        agent_away_after_s=reader.number(given.get("agent_away_after_s"), "agent_away_after_s", 30, 3_600),
        always_intents=frozenset(reader.texts(always.get("intents"), "always_to_person.intents", 64, 50)),
        always_phrases=_phrases(reader, always.get("phrases")),
        tags=reader.texts(given.get("tags"), "tags", 16, 100),
        results=_results(reader, given.get("results")),
        shared_replies=_shared_replies(reader, given.get("shared_replies")),
        calendar_extras=extras,
        calendar=calendar,
    )
    if settings.silence_end_s <= settings.silence_warn_s:
        reader.wrong("silence.end_after_s", "must be more than warn_after_s, so that the user is warned first")
    if reader.problems:
        raise DeskSettingsInvalid(reader.problems)
    return settings


def _teams(reader: FieldReader, value: Any, subjects: Collection[str], calendar: WorkingCalendar) -> tuple[Team, ...]:
    entries = list(reader.entries(value, "teams", 50))
    teams = [_team(reader, place, entry, subjects, calendar) for place, entry in entries]
    if value == []:
        reader.wrong("teams", "must hold one team at least")
    if teams and teams[0].subjects:
        reader.wrong("teams 1.subjects", "must be empty: the first team takes everything that no other names")
    _check_once(reader, "id", [[team.id] for team in teams])
    _check_once(reader, "title", [[team.title] for team in teams])
    _check_once(reader, "subjects", [sorted(team.subjects) for team in teams])
    if len({team.id for team in teams}) == len(teams):
        _check_next(reader, teams)
    return tuple(teams)


def _team(reader: FieldReader, place: str, entry: Any, subjects: Collection[str], calendar: WorkingCalendar) -> Team:
    given = reader.mapping(entry, place, TEAM_KEYS)
    following = given.get("next")
    return Team(
        id=reader.text(given.get("id"), f"{place}.id", 32, IDENTIFIER, LIKE_AN_IDENTIFIER),
        title=reader.text(given.get("title"), f"{place}.title", 20),
        subjects=frozenset(reader.texts(given.get("subjects"), f"{place}.subjects", 64, 200, known=subjects)),
        hours=_hours(reader, given.get("hours"), f"{place}.hours", calendar),
        promised_wait_s=reader.number(given.get("promised_wait_s"), f"{place}.promised_wait_s", 10, 3_600),
        next_team=None if following in NEXT_NONE else reader.text(following, f"{place}.next", 32) or None,
        languages=frozenset(reader.texts(given.get("languages"), f"{place}.languages", 16, len(LANGUAGES), known=LANGUAGES)),
    )


def _hours(reader: FieldReader, value: Any, field: str, calendar: WorkingCalendar) -> OpeningHours:
    rules = []
    mistakes = len(reader.problems)
    for word, text in reader.mapping(value, field, DAY_WORDS).items():
        try:
            rules.append(Rule(word, read_periods(text.strip() if isinstance(text, str) else "")))
        except ValueError as error:
            reader.wrong(f"{field}.{word}", str(error))
    hours = OpeningHours(rules, calendar)
    if len(reader.problems) == mistakes and not _ever_open(hours):
        reader.wrong(field, "never open")
    return hours


def _ever_open(hours: OpeningHours) -> bool:
    try:
        return hours.next_opening(ANY_DAY) > ANY_DAY
    except LookupError:
        return False


def _check_once(reader: FieldReader, field: str, values: Sequence[Sequence[str]]) -> None:
    """Note each value that a team shares with one before it."""
    seen: set[str] = set()
    for number, own in enumerate(values, start=1):
        for value in seen.intersection(own) - {""}:
            reader.wrong(f"teams {number}.{field}", f"{value} already belongs to another team")
        seen.update(own)


def _check_next(reader: FieldReader, teams: Sequence[Team]) -> None:
    """Note each `next` that names no team or leads back to where it began."""
    following = {team.id: team.next_team for team in teams}
    for number, team in enumerate(teams, start=1):
        if team.next_team is not None and team.next_team not in following:
            reader.wrong(f"teams {number}.next", f"{team.next_team} is no team")
        elif _leads_back(team.id, following):
            reader.wrong(f"teams {number}.next", "leads back to the same team")


def _leads_back(team_id: str, following: Mapping[str, str | None]) -> bool:
    passed: set[str] = set()
    current = following[team_id]
    while current is not None and current not in passed:
        passed.add(current)
        current = following.get(current)
    return team_id in passed


def _phrases(reader: FieldReader, value: Any) -> tuple[str, ...]:
    field = "always_to_person.phrases"
    phrases = [(place, normalise(reader.text(phrase, place, 40))) for place, phrase in reader.entries(value, field, 100)]
    for place, phrase in phrases:
        if phrase and len(phrase) < SHORTEST_PHRASE:
            reader.wrong(place, f"needs {SHORTEST_PHRASE} characters at least: a shorter one stands in too many messages")
    return tuple(phrase for _, phrase in phrases)


def _results(reader: FieldReader, value: Any) -> dict[str, str]:
    given = reader.mapping(value, "results")
    for key in RESULTS_NEEDED:
        if given and key not in given:
            reader.wrong(f"results.{key}", "is missing")
    for key in given:
        reader.text(key, f"results.{key[:40]}", 32, IDENTIFIER, LIKE_AN_IDENTIFIER)
    return {key: reader.text(title, f"results.{key}", 16) for key, title in given.items()}


def _shared_replies(reader: FieldReader, value: Any) -> tuple[SharedReply, ...]:
    replies = [_shared_reply(reader, place, entry) for place, entry in reader.entries(value, "shared_replies", 200)]
    seen: set[str] = set()
    for number, reply in enumerate(replies, start=1):
        if reply.shortcut and reply.shortcut in seen:
            reader.wrong(f"shared_replies {number}.shortcut", f"{reply.shortcut} stands twice")
        seen.add(reply.shortcut)
    return tuple(replies)


def _shared_reply(reader: FieldReader, place: str, entry: Any) -> SharedReply:
    given = reader.mapping(entry, place, ("shortcut", "title", "text"))
    text = reader.text(given.get("text"), f"{place}.text", MAX_TEXT_CHARACTERS)
    for name in re.findall(r"\{([^{}\n]{1,16})\}", text):
        if name not in PLACEHOLDERS:
            reader.wrong(f"{place}.text", f"has an unknown placeholder {{{name}}}; there are {', '.join(PLACEHOLDERS)}")
    return SharedReply(
        shortcut=reader.text(
            given.get("shortcut"), f"{place}.shortcut", 32, r"[^\s/]\S*", "must have no spaces, nor begin with /"
        ),
        title=reader.text(given.get("title"), f"{place}.title", 64),
        text=text,
    )
