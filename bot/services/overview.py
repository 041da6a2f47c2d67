"""How the desk stands: queues against what was promised, agents, today's figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median
from typing import Any

from bot.business.roles import Permission, Principal
from bot.business.routing import ReadyAgent
from bot.errors import PermissionDenied
from bot.persistence import handovers, presences
from bot.persistence.database import Database
from bot.persistence.handovers import UNATTENDED
from bot.persistence.tables import HandoverRow
from bot.services.availability import Availability, is_connected
from bot.services.desk_settings import Team


@dataclass(frozen=True)
class TeamFigures:
    id: str
    title: str
    is_open: bool
    waiting: int
    longest_wait_s: int
    promised_wait_s: int
    over_target: int
    """How many wait longer than promised."""
    active: int
    agents_ready: int
    free_slots: int
    served_today: int
    median_wait_s: int | None
    median_handling_s: int | None
    within_target_share: float | None
    """Of those taken today, which share (0-1) was taken within the promised time."""
    satisfaction: float | None
    """Mean of today's ratings, 1 to 5."""
    ratings: int


@dataclass(frozen=True)
class AgentFigures:
    username: str
    display_name: str
    role: str
    teams: list[str]
    state: str
    takes_automatically: bool
    is_connected: bool
    active: int
    capacity: int
    longest_unanswered_s: int | None
    served_today: int
    satisfaction: float | None


@dataclass(frozen=True)
class HourFigures:
    """What happened in one hour of today."""

    hour: int
    requested: int
    taken: int
    unattended: int


@dataclass(frozen=True)
class Overview:
    teams: list[TeamFigures]
    agents: list[AgentFigures]
    hours: list[HourFigures]


class Overviews:
    """`local_now` says when today began."""

    def __init__(
        self, database: Database, availability: Availability, now: Callable[[], datetime], local_now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._availability = availability
        self._now = now
        self._local_now = local_now

    def read(self, principal: Principal) -> Overview:
        """Return the figures of now and today. For who supervises or only reads; raises PermissionDenied for the others."""
        if not principal.may(Permission.SUPERVISE) and principal.may(Permission.TALK):
            raise PermissionDenied(Permission.SUPERVISE)
        now, local = self._now(), self._local_now()
        midnight = now - (local - local.replace(hour=0, minute=0, second=0, microsecond=0))
        with self._database.reading() as session:
            today = handovers.list_since(session, midnight)
            waiting, active = handovers.list_waiting(session), handovers.list_active(session)
            unanswered: dict[str | None, datetime] = {}
            for chat in active:
                if since := chat.unanswered_since:
                    unanswered[chat.taken_by] = min(since, unanswered.get(chat.taken_by, since))
            ready = self._availability.ready_agents(session)
            accounts = presences.list_presences(session)
        loads = _count(chat.taken_by for chat in active)
        served: dict[str | None, list[HandoverRow]] = {}
        for taken in today:
            if taken.taken_at:
                served.setdefault(taken.taken_by, []).append(taken)
        teams = [
            self._team(
                team,
                [row for row in waiting if row.team == team.id],
                sum(chat.team == team.id for chat in active),
                [agent for agent in ready if team.id in agent.teams],
                [row for row in today if row.team == team.id],
                now,
            )
            for team in self._availability.settings.teams
        ]
        agents = [
            AgentFigures(
                username=user.username,
                display_name=user.display_name or user.username,
                role=user.role,
                teams=sorted(self._availability.teams_of(user)),
                state=presence.state if presence else presences.AWAY,
                takes_automatically=bool(presence and presence.takes_automatically),
                is_connected=is_connected(presence.seen_at if presence else None, now),
                active=loads.get(user.username, 0),
                capacity=user.capacity,
                longest_unanswered_s=_seconds_since(unanswered.get(user.username), now),
                served_today=len(served.get(user.username, [])),
                satisfaction=_satisfaction(served.get(user.username, [])),
            )
            for user, presence in accounts
        ]
        return Overview(teams, agents, self._hours(today, midnight))

    def _team(
        self,
        team: Team,
        waiting: Sequence[HandoverRow],
        active: int,
        ready: Sequence[ReadyAgent],
        today: Sequence[HandoverRow],
        now: datetime,
    ) -> TeamFigures:
        asked = [row for row in today if row.reason != "step_in"]
        waits = [(row.taken_at - row.requested_at).total_seconds() for row in asked if row.taken_at]
        lasted = [(row.ended_at - row.taken_at).total_seconds() for row in today if row.taken_at and row.ended_at]
        waited = [(now - row.requested_at).total_seconds() for row in waiting]
        within = sum(wait <= team.promised_wait_s for wait in waits)
        return TeamFigures(
            id=team.id,
            title=team.title,
            is_open=self._availability.is_open(team),
            waiting=len(waiting),
            longest_wait_s=int(max(waited, default=0)),
            promised_wait_s=team.promised_wait_s,
            over_target=sum(wait > team.promised_wait_s for wait in waited),
            active=active,
            agents_ready=len(ready),
            free_slots=sum(max(0, agent.capacity - agent.load) for agent in ready),
            served_today=sum(row.taken_at is not None for row in today),
            median_wait_s=int(median(waits)) if waits else None,
            median_handling_s=int(median(lasted)) if lasted else None,
            within_target_share=within / len(waits) if waits else None,
            satisfaction=_satisfaction(today),
            ratings=sum(row.survey_score is not None for row in today),
        )

    def _hours(self, today: Sequence[HandoverRow], midnight: datetime) -> list[HourFigures]:
        def count(times: Iterable[datetime | None]) -> dict[int, int]:
            return _count(int((at - midnight) / timedelta(hours=1)) for at in times if at and at >= midnight)

        requested = count(row.requested_at for row in today)
        taken = count(row.taken_at for row in today)
        missed = count(row.requested_at for row in today if row.status == UNATTENDED)
        hours = range(min([8, *requested, *taken]), max([18, *requested, *taken]) + 1)
        return [HourFigures(hour, requested.get(hour, 0), taken.get(hour, 0), missed.get(hour, 0)) for hour in hours]


def _count(values: Iterable[Any]) -> dict[Any, int]:
    return dict(Counter(value for value in values if value is not None))


def _satisfaction(rows: Sequence[HandoverRow]) -> float | None:
    scores = [row.survey_score for row in rows if row.survey_score is not None]
    return mean(scores) if scores else None


def _seconds_since(at: datetime | None, now: datetime) -> int | None:
    return int((now - at).total_seconds()) if at else None
