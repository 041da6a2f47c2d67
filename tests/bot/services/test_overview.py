"""The figures of now and today: queues against what was promised, agents, hours."""

from __future__ import annotations

import pytest

from bot.business.roles import Principal, Role
from bot.errors import PermissionDenied
from bot.services.overview import AgentFigures, Overview, TeamFigures
from tests.fixtures.office import Office


@pytest.fixture
def chief(office: Office) -> Principal:
    return office.person("chief", Role.SUPERVISOR)


@pytest.fixture
def mei(office: Office) -> Principal:
    return office.agent("mei", display_name="小梅", teams=["hotline"], capacity=3)


def team(overview: Overview, team_id: str = "hotline") -> TeamFigures:
    return next(each for each in overview.teams if each.id == team_id)


def agent(overview: Overview, username: str = "mei") -> AgentFigures:
    return next(each for each in overview.agents if each.username == username)


def test_an_empty_desk_has_no_figures_rather_than_zeros_where_nothing_was_measured(office: Office, chief: Principal) -> None:
    overview = office.overviews.read(chief)

    assert team(overview) == TeamFigures(
        id="hotline", title="综合服务组", is_open=True, waiting=0, longest_wait_s=0, promised_wait_s=120, over_target=0, active=0,
        agents_ready=0, free_slots=0, served_today=0, median_wait_s=None, median_handling_s=None, within_target_share=None,
        satisfaction=None, ratings=0,
    )  # fmt: skip
    assert [each.id for each in overview.teams] == ["hotline", "credit", "ip"]
    assert [(each.hour, each.requested, each.taken, each.unattended) for each in overview.hours] == [
        (n, 0, 0, 0) for n in range(8, 19)
    ]


def test_a_queue_is_measured_against_what_was_promised(office: Office, chief: Principal, mei: Principal) -> None:
    office.waiting()
    office.clock.now = office.clock.now.replace(minute=5)
    office.look()
    office.waiting()

    figures = team(office.overviews.read(chief))

    assert (figures.waiting, figures.over_target) == (2, 1)
    assert 299 <= figures.longest_wait_s <= 301
    assert (figures.agents_ready, figures.free_slots, figures.active) == (1, 3, 0)


def test_what_was_served_today_gives_waits_durations_and_ratings(office: Office, chief: Principal, mei: Principal) -> None:
    for wait_s, lasted_s, rating in ((30, 300, "5分"), (60, 600, "2分"), (300, 900, None)):
        visitor = office.waiting()
        office.pass_time(wait_s)
        office.desk.take(mei, visitor.id)
        office.pass_time(lasted_s)
        office.desk.close(mei, visitor.id, "solved", "", with_survey=True)
        if rating:
            visitor.say(rating)

    overview = office.overviews.read(chief)

    figures = team(overview)
    assert (figures.served_today, figures.median_wait_s, figures.median_handling_s) == (3, 60, 600)
    assert figures.within_target_share == pytest.approx(2 / 3)
    assert (figures.satisfaction, figures.ratings) == (3.5, 2)
    assert (agent(overview).served_today, agent(overview).satisfaction, agent(overview).active) == (3, 3.5, 0)


def test_what_was_served_yesterday_is_not_todays(office: Office, chief: Principal, mei: Principal) -> None:
    office.be("2026-11-22 23:59")
    visitor = office.talking_to(mei)
    office.desk.close(mei, visitor.id, "solved", "", with_survey=False)

    office.be("2026-11-23 00:30")

    assert team(office.overviews.read(chief)).served_today == 0


def test_an_agents_line_says_whether_they_are_there_and_who_waits_for_them(
    office: Office, chief: Principal, mei: Principal
) -> None:
    visitor = office.talking_to(mei)
    office.talking_to(mei)
    visitor.say("在吗")
    office.pass_time(50)
    assert agent(office.overviews.read(chief)) == AgentFigures(
        username="mei", display_name="小梅", role="agent", teams=["hotline"], state="ready", takes_automatically=False,
        is_connected=True, active=2, capacity=3, longest_unanswered_s=50, served_today=2, satisfaction=None,
    )  # fmt: skip

    office.lose(mei)
    office.pass_time(61)

    gone = agent(office.overviews.read(chief))
    assert (gone.state, gone.is_connected) == ("ready", False)
    assert team(office.overviews.read(chief)).agents_ready == 0


def test_stepping_in_is_no_wait(office: Office, chief: Principal, mei: Principal) -> None:
    visitor = office.visitor()
    visitor.say("注销")
    office.desk.take(mei, visitor.id)

    figures = team(office.overviews.read(chief))

    assert (figures.active, figures.served_today, figures.median_wait_s, figures.within_target_share) == (1, 1, None, None)


def test_each_hour_says_how_many_asked_were_taken_and_found_nobody(office: Office, chief: Principal) -> None:
    office.waiting()
    office.be("2026-11-23 14:00")
    mei = office.agent("mei")
    office.talking_to(mei)
    office.waiting()

    hours = {each.hour: each for each in office.overviews.read(chief).hours}

    assert (hours[10].requested, hours[10].taken, hours[10].unattended) == (1, 0, 1)
    assert (hours[14].requested, hours[14].taken, hours[14].unattended) == (2, 1, 0)


def test_supervisors_and_readers_see_the_figures_and_agents_do_not(office: Office, mei: Principal) -> None:
    assert office.overviews.read(office.person("reader", Role.READONLY)).teams
    assert office.overviews.read(office.person("admin", Role.ADMIN)).teams

    with pytest.raises(PermissionDenied):
        office.overviews.read(mei)
