"""Whether a person is there: which team answers what, whether it is open, who is ready and has room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.business.routing import ReadyAgent, WaitingChat, positions
from bot.business.waiting import expected_wait
from bot.business.working_time import counts_as_there, describe_hours
from bot.persistence import handovers, presences
from bot.persistence.database import Session
from bot.persistence.tables import HandoverRow, UserRow
from bot.services.desk_settings import DeskSettings, Team

CONNECTED_FOR = timedelta(seconds=60)
"""How long after the last sign of a desk its agent still counts as there: a reload, a restart of ours."""
DURATIONS_OF = timedelta(days=14)


@dataclass(frozen=True)
class Place:
    """Where somebody is in a queue."""

    position: int
    wait: timedelta | None
    """None = too little is known to tell."""
    team: str
    """What the team is called."""


class Availability:
    """`local_now` is the city's clock, by which people work; `now` is that of what is stored. A test may set them apart."""

    def __init__(self, settings: DeskSettings, now: Callable[[], datetime], local_now: Callable[[], datetime]) -> None:
        self.settings = settings
        self._now = now
        self._local_now = local_now

    def team(self, team_id: str) -> Team:
        """Return the team; one that is no longer in the settings is the first one's matter."""
        return next((team for team in self.settings.teams if team.id == team_id), self.settings.teams[0])

    def team_for(self, subject: str | None) -> Team:
        """Return the team whose subject it is, the first team for everything else."""
        return next((team for team in self.settings.teams if subject in team.subjects), self.settings.teams[0])

    def chain(self, team: Team) -> list[Team]:
        """Return the team and those that its chats go on to, in order."""
        found = [team]
        while (following := found[-1].next_team) and (following_team := self.team(following)) not in found:
            found.append(following_team)
        return found

    def is_open(self, team: Team) -> bool:
        return team.hours.is_open(self._local_now())

    def hours_text(self, team: Team) -> str:
        return describe_hours(team.hours, self._local_now())

    def teams_of(self, user: UserRow) -> frozenset[str]:
        """Return the teams of an account; one that names none helps everywhere."""
        return frozenset(user.teams or (team.id for team in self.settings.teams))

    def ready_agents(self, session: Session) -> list[ReadyAgent]:
        """Return who is connected and ready, each with the teams for which they are there now."""
        now = self._now()
        loads = handovers.loads(session)
        shift = self._local_now() - now
        agents = []
        for user, presence in presences.list_ready(session, now - CONNECTED_FOR):
            since = (presence.ready_since or now) + shift
            there = {team for team in self.teams_of(user) if counts_as_there(since, now + shift, self.team(team).hours)}
            if there:
                agents.append(
                    ReadyAgent(
                        username=user.username,
                        teams=frozenset(there),
                        skills=frozenset(user.skills or ()),
                        languages=frozenset(user.languages or ()),
                        load=loads.get(user.username, 0),
                        capacity=user.capacity,
                        last_assigned_at=presence.last_assigned_at,
                    )
                )
        return agents

    def attended_team(self, team: Team, agents: Sequence[ReadyAgent]) -> Team | None:
        """Return the first team from this one on in which somebody is there."""
        return next((each for each in self.chain(team) if is_attended(each.id, agents)), None)

    def places(self, session: Session, waiting: Sequence[HandoverRow], agents: Sequence[ReadyAgent]) -> Mapping[str, Place]:
        """Return everybody's place in their team's queue, by conversation."""
        numbers = positions([as_waiting(row) for row in waiting])
        waits = {team: self._wait_in(session, team, agents) for team in {row.team for row in waiting}}
        return {row.conversation_id: waits[row.team](numbers[row.conversation_id]) for row in waiting}

    def place(self, session: Session, handover: HandoverRow, agents: Sequence[ReadyAgent]) -> Place:
        """Return one user's place in their team's queue."""
        numbers = positions([as_waiting(row) for row in handovers.list_waiting(session, handover.team)])
        return self._wait_in(session, handover.team, agents)(numbers[handover.conversation_id])

    def _wait_in(self, session: Session, team: str, agents: Sequence[ReadyAgent]) -> Callable[[int], Place]:
        """Return what makes a place of a number in this team's queue."""
        measured = handovers.durations(session, team, self._now() - DURATIONS_OF)
        able = [agent for agent in agents if team in agent.teams]
        free, slots = sum(max(0, agent.capacity - agent.load) for agent in able), sum(agent.capacity for agent in able)
        title = self.team(team).title
        return lambda number: Place(number, expected_wait(number, free, slots, *measured), title)


def is_connected(seen_at: datetime | None, now: datetime) -> bool:
    """Whether a desk that was last seen then still counts as there."""
    return seen_at is not None and now - seen_at <= CONNECTED_FOR


def is_attended(team_id: str, agents: Sequence[ReadyAgent]) -> bool:
    return any(team_id in agent.teams for agent in agents)


def as_waiting(row: HandoverRow, known_to: str | None = None) -> WaitingChat:
    return WaitingChat(row.conversation_id, row.team, row.priority, row.requested_at, row.subject, row.language, known_to)
