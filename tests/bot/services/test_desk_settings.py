"""desk.yml: what it gives, and that every mistake in it is named with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.errors import DeskSettingsInvalid
from bot.services.desk_settings import FILE, REASON_TITLES, RESULTS_NEEDED, DeskSettings, SharedReply, read_desk_settings
from bot.settings import PROJECT
from knowledge.normalise import normalise

SUBJECTS = {"credit_repair_apply": "行政处罚信用修复", "tax": "税务和发票"}
GOOD = """\
teams:
- {id: hotline, title: 综合组, subjects: [], hours: {工作日: "9:00-17:30"}, promised_wait_s: 90, next: null, languages: [zh-Hans]}
- id: credit
  title: 信用组
  subjects: [credit_repair_apply]
  hours: {工作日: 9:00-12:00, 周六: 9:00-12:00}
  promised_wait_s: 60
  next: hotline
  languages: [zh-Hans, en]
silence: {warn_after_s: 600, end_after_s: 900}
agent_away_after_s: 180
always_to_person: {intents: [complain], phrases: [我要找領導]}
tags: [信用修复]
results: {solved: 已解决, unsolved: 未解决, forwarded: 已转办, no_reply: 用户未回应, spam: 无效会话, other: 其他}
shared_replies:
- {shortcut: hi, title: 问候, text: "{时间问候}，我是{坐席}。"}
holidays:
- {name: 防台风, date: 2026-09-14, until: 2026-09-15}
working_days:
- {name: 值班, date: 2026-09-19}
announced_years: []
"""
Read = Callable[[str], DeskSettings]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(text: str) -> DeskSettings:
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        return read_desk_settings(tmp_path / FILE, SUBJECTS)

    return read_text


def mistakes(read: Read, text: str) -> list[str]:
    with pytest.raises(DeskSettingsInvalid) as invalid:
        read(text)
    assert all(problem.file == FILE and problem.field and problem.reason for problem in invalid.value.problems)
    return [str(problem).removeprefix(f"{FILE}: ") for problem in invalid.value.problems]


def test_a_good_file_gives_all_it_says(read: Read) -> None:
    settings = read(GOOD)

    hotline, credit = settings.teams
    assert (hotline.id, hotline.title, hotline.next_team) == ("hotline", "综合组", None) and not hotline.subjects
    assert (credit.promised_wait_s, credit.next_team) == (60, "hotline") and credit.subjects == {"credit_repair_apply"}
    assert credit.hours.weekly_text == "工作日9:00–12:00；周六9:00–12:00" and credit.languages == {"zh-Hans", "en"}
    assert (settings.silence_warn_s, settings.silence_end_s, settings.agent_away_after_s) == (600, 900, 180)
    assert settings.always_intents == {"complain"} and settings.always_phrases == ("我要找领导",)
    assert settings.tags == ("信用修复",) and settings.results["other"] == "其他"
    assert settings.shared_replies == (SharedReply("hi", "问候", "{时间问候}，我是{坐席}。"),)
    assert settings.calendar_extras.holidays == {date(2026, 9, 14): "防台风", date(2026, 9, 15): "防台风"}
    assert settings.calendar_extras.working_days == {date(2026, 9, 19): "值班"}


def test_the_teams_go_by_the_calendar_with_the_extra_days(read: Read) -> None:
    settings = read(GOOD)
    calendar = settings.teams[0].hours.calendar

    assert calendar is settings.calendar
    assert calendar.day_name(date(2026, 9, 15)) == "防台风放假" and calendar.is_working_day(date(2026, 9, 19))


HOTLINE_HOURS = '{工作日: "9:00-17:30"}'


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("tags: [信用修复]\n", "", "tags: is missing"),
        ("tags: [信用修复]", "tags: 信用修复", "tags: must be a list"),
        ("tags: [信用修复]", "tags: [信用修复, 信用修复]", "tags 2: 信用修复 stands twice"),
        ("tags: [信用修复]", f"tags: [{'长' * 17}]", "tags 1: has more than 16 characters"),
        ("tags: [信用修复]", 'tags: [" "]', "tags 1: must be a text"),
        ("tags:", "tag: []\ntags:", "tag: is unknown here; there may be teams, silence"),
        ("id: credit", "id: hotline", "teams 2.id: hotline already belongs to another team"),
        ("id: credit", "id: 信用", "teams 2.id: must be of a-z, 0-9 and _, and begin with a letter"),
        ("title: 信用组", "title: 综合组", "teams 2.title: 综合组 already belongs"),
        ("title: 信用组", "title: 信用组\n  titel: x", "teams 2.titel: is unknown here; there may be id, title"),
        ("title: 信用组\n", "\n", "teams 2.title: is missing"),
        ("[credit_repair_apply]", "[credit_repair]", "teams 2.subjects 1: credit_repair is unknown"),
        ("subjects: []", "subjects: [tax]", "teams 1.subjects: must be empty"),
        ("next: hotline", "next: nobody", "teams 2.next: nobody is no team"),
        ("next: hotline", "next: credit", "teams 2.next: leads back to the same team"),
        ("promised_wait_s: 60", "promised_wait_s: 1m", "teams 2.promised_wait_s: must be a whole number from 10 to 3600"),
        ("promised_wait_s: 60", "promised_wait_s: ６０", "teams 2.promised_wait_s: must be a whole number"),
        ("promised_wait_s: 60", "promised_wait_s: -60", "teams 2.promised_wait_s: must be a whole number"),
        ("languages: [zh-Hans, en]", "languages: [zh]", "teams 2.languages 1: zh is unknown"),
        (HOTLINE_HOURS, '{工作日: "17:30-9:00"}', "teams 1.hours.工作日: a period must end after it begins"),
        (HOTLINE_HOURS, '{工作日: "9:00-12:00, 11:00-17:30"}', "teams 1.hours.工作日: a period must begin after"),
        (HOTLINE_HOURS, '{工作日: "朝九晚五"}', "teams 1.hours.工作日: must be hours such as 9:00-12:00"),
        (HOTLINE_HOURS, '{工作日: "9:00-25:00"}', "teams 1.hours.工作日: a period must end after it begins, within one day"),
        (HOTLINE_HOURS, '{星期一: "9:00-17:30"}', "teams 1.hours.星期一: is unknown here; there may be 工作日"),
        (HOTLINE_HOURS, "{工作日: [9:00-17:30]}", "teams 1.hours.工作日: must be hours such as 9:00-12:00"),
        (HOTLINE_HOURS, "{工作日: 休息}", "teams 1.hours: never open"),
        (HOTLINE_HOURS, "{}", "teams 1.hours: never open"),
        (HOTLINE_HOURS, "9:00-17:30", "teams 1.hours: must be a mapping"),
        ("end_after_s: 900", "end_after_s: 600", "silence.end_after_s: must be more than warn_after_s"),
        ("silence: {warn_after_s: 600, end_after_s: 900}", "silence: 600", "silence: must be a mapping"),
        ("agent_away_after_s: 180", "agent_away_after_s: 5", "agent_away_after_s: must be a whole number from 30 to 3600"),
        ("intents: [complain]", "intents: complain", "always_to_person.intents: must be a list"),
        ("我要找領導", "找", "always_to_person.phrases 1: needs 3 characters at least"),
        ("spam: 无效会话, ", "", "results.spam: is missing"),
        ("other: 其他", "其他: 其他", "results.其他: must be of a-z"),
        ("text: \"{时间问候}，我是{坐席}。\"", "text: '我是{姓名}'", "shared_replies 1.text: has an unknown placeholder {姓名}"),
        ("shortcut: hi", "shortcut: h i", "shared_replies 1.shortcut: must have no spaces"),
        ("date: 2026-09-19", "date: 2026-02-30", "working_days 1.date: must be a day that exists"),
        ("date: 2026-09-19", "date: 9月19日", "working_days 1.date: must be a day that exists"),
        ("date: 2026-09-19", "date: 2026-09-14", "working_days: 2026-09-14 is also in holidays"),
        ("until: 2026-09-15", "until: 2026-09-13", "holidays 1.until: must not be before date"),
        ("until: 2026-09-15", "until: 2062-09-15", "holidays 1.until: must not be before date, nor more than 31 days"),
        ("announced_years: []", "announced_years: [2031]", "announced_years: the notice of 2031 is incomplete"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_alone(read: Read, old: str, new: str, mistake: str) -> None:
    assert old in GOOD

    found = mistakes(read, GOOD.replace(old, new, 1))

    assert len(found) == 1 and found[0].startswith(mistake)


def test_a_subject_of_two_teams_is_a_mistake(read: Read) -> None:
    third = "- {id: tax, title: 税务组, subjects: [tax, credit_repair_apply], hours: {每天: '9:00-17:30'}, promised_wait_s: 60, "

    found = mistakes(read, GOOD.replace("silence:", f"{third}next: null, languages: []}}\nsilence:", 1))

    assert found == ["teams 3.subjects: credit_repair_apply already belongs to another team"]


def test_a_circle_of_several_teams_is_named_at_each_of_them(read: Read) -> None:
    found = mistakes(read, GOOD.replace("next: null", "next: credit", 1))

    assert found == ["teams 1.next: leads back to the same team", "teams 2.next: leads back to the same team"]


def test_the_same_shortcut_twice_is_a_mistake(read: Read) -> None:
    found = mistakes(read, GOOD.replace("holidays:", "- {shortcut: hi, title: 又一个, text: 您好}\nholidays:", 1))

    assert found == ["shared_replies 2.shortcut: hi stands twice"]


def test_all_mistakes_are_named_at_once(read: Read) -> None:
    text = (
        GOOD.replace("next: hotline", "next: nobody")
        .replace("agent_away_after_s: 180", "agent_away_after_s: x")
        .replace("hi,", "h/ i,")
    )

    assert [line.split(":")[0] for line in mistakes(read, text)] == [
        "teams 2.next",
        "agent_away_after_s",
        "shared_replies 1.shortcut",
    ]


def test_a_whole_notice_written_down_makes_its_year_certain(read: Read) -> None:
    notice = """\
holidays:
- {name: 元旦, date: 2031-01-01}
- {name: 春节, date: 2031-01-22, until: 2031-01-28}
- {name: 清明节, date: 2031-04-05}
- {name: 劳动节, date: 2031-05-01, until: 2031-05-05}
- {name: 端午节, date: 2031-06-24}
- {name: 国庆节、中秋节, date: 2031-10-01, until: 2031-10-08}
"""
    text = GOOD[: GOOD.index("holidays:")] + notice + GOOD[GOOD.index("working_days:") :]

    settings = read(text.replace("announced_years: []", "announced_years: [2031]"))

    assert not settings.calendar.is_provisional(2031)
    assert settings.calendar.day_name(date(2031, 10, 8)) == "国庆节、中秋节放假"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (GOOD.encode("gb18030"), "is not UTF-8"),
        (b"\xff\xfe" + GOOD.encode("utf-16-le"), "is not UTF-8"),
        (b"teams: [\n", "line 2:"),
        (b"tags: []\ntags: []\n", "line 2: the key tags stands twice"),
        (b"- a\n- b\n", "must be a mapping"),
        (b"\x00", "holds characters that no text file has"),
        (b"a: &x [1]\nb: *x\n", "line 2: aliases are not read here"),
        (b"&x : *x\n", "line 1: aliases are not read here"),
        (b"? [a]\n: b\n", "line 1: found unhashable key"),
        (b"[" * 20_000, "is nested too deeply"),
        (b"#" * 64_001, "is larger than 64000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(DeskSettingsInvalid) as invalid:
        read_desk_settings(tmp_path / FILE, SUBJECTS)

    (problem,) = invalid.value.problems
    assert (problem.file, problem.field) == (FILE, "file") and reason in problem.reason


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yml", tmp_path):
        with pytest.raises(DeskSettingsInvalid, match="file: cannot be read"):
            read_desk_settings(path, SUBJECTS)


def test_an_empty_file_lacks_every_key(read: Read) -> None:
    fields = [line.split(":")[0] for line in mistakes(read, "")]

    assert {"teams", "silence", "tags", "results", "shared_replies", "holidays"} <= set(fields)
    assert not any("." in field for field in fields)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xef\xbb\xbf" + GOOD.encode())

    assert len(read_desk_settings(tmp_path / FILE, SUBJECTS).teams) == 2


def test_times_are_read_as_they_are_written_and_not_as_yaml_would(read: Read) -> None:
    assert read(GOOD).teams[1].hours.weekly_text.startswith("工作日9:00")  # unquoted there


@pytest.fixture(scope="module")
def ours() -> DeskSettings:
    titles = yaml.safe_load((PROJECT / "knowledge" / "subjects.yml").read_text(encoding="utf-8"))
    return read_desk_settings(PROJECT / FILE, titles)


def test_our_own_file_has_the_teams_of_the_hotline(ours: DeskSettings) -> None:
    assert [(team.id, team.title, team.next_team) for team in ours.teams] == [
        ("hotline", "综合服务组", None),
        ("credit", "信用修复组", "hotline"),
        ("ip", "知识产权组", "hotline"),
    ]
    assert list(ours.results) == list(RESULTS_NEEDED) and 12 <= len(ours.shared_replies) <= 16


def test_what_our_own_file_sends_to_a_person_is_an_intent_or_is_understood_as_written(ours: DeskSettings) -> None:
    intents = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["intents"]

    assert ours.always_intents <= set(intents)
    assert [normalise(phrase) for phrase in ours.always_phrases] == list(ours.always_phrases)


def test_no_question_of_the_evaluation_goes_to_a_person_by_rule(ours: DeskSettings) -> None:
    questions = (PROJECT / "tests" / "evaluation" / "questions.jsonl").read_text(encoding="utf-8")

    assert not [phrase for phrase in ours.always_phrases if phrase in normalise(questions)]


def test_every_reason_of_the_contract_has_a_title() -> None:
    contract = "request_human complain urgent_harm distress danger fraud_victim low_confidence deadline rule unanswerable step_in"

    assert set(REASON_TITLES) == set(contract.split())
