"""Passing a conversation from the bot to a person, between people, and back.

Everything here happens in the caller's transaction, on a conversation whose row is locked: who owns it, what the handover's row
says and what the user is told change together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from bot.business.confidence import ANSWER_FROM
from bot.business.deadline import ends_within_a_day
from bot.business.handover import Reason, asks_for_person, priority_of
from bot.business.ownership import AGENT_PREFIX, Actor, Transition
from bot.business.routing import DEFAULT_LANGUAGE
from bot.business.summary import SaidTurn, Summary, summarise
from bot.errors import HandoverRefused
from bot.persistence import conversations, handovers, messages, presences
from bot.persistence.database import Session
from bot.persistence.handovers import ACTIVE, UNATTENDED, WAITING
from bot.persistence.tables import ConversationRow, HandoverRow, MessageRow, UserRow
from bot.services import handover_notices as notices
from bot.services.assistant import Reply
from bot.services.availability import Availability
from bot.services.case_contact import FileContact
from bot.services.desk_settings import Team
from bot.services.desk_words import DeskWords
from bot.services.ownership import SYSTEM, USER, By, pass_on, tell_user
from knowledge.normalise import is_traditional, normalise

LOOKED_AT = 60
"""How many of the last messages the summary is made from."""
ONLY_IF_ATTENDED = {Reason.LOW_CONFIDENCE}
"""Reasons for which nobody is bothered when nobody is there: the bot offers a person itself."""
TRADITIONAL = "zh-Hant"


class Handovers:
    """The use cases of a handover, each within a transaction."""

    def __init__(
        self,
        availability: Availability,
        subjects: Mapping[str, str],
        subject_of: Callable[[str], str | None] = lambda article: None,
        file_contact: FileContact | None = None,
    ) -> None:
        """`subject_of` tells what an article is about; `file_contact` makes a case of a number that was left."""
        self.availability = availability
        self._subject_of_article = subject_of
        self.words = DeskWords(availability, file_contact)
        self._subjects = subjects

    # What the user and the bot cause.

    def request(
        self,
        session: Session,
        conversation: ConversationRow,
        message: MessageRow,
        reason: Reason,
        now: datetime,
        due_at: datetime | None = None,
        by: By = USER,
    ) -> None:
        """Let a person be found: the conversation waits in a queue, or the user is told truthfully that nobody is there."""
        if not conversations.owner_of(conversation).is_bot:
            return
        subject = self._subject_of(session, conversation)
        agents = self.availability.ready_agents(session)
        own_team = self.availability.team_for(subject)
        team = self.availability.attended_team(own_team, agents)
        if team is None:
            if reason not in ONLY_IF_ATTENDED:
                self._note_unattended(session, conversation, message, reason, own_team, subject, now, due_at)
            return
        row = self._new(session, conversation, message, reason, team, subject, by, now)
        row.status, row.escalate_at = WAITING, now + timedelta(seconds=team.promised_wait_s)
        self._take_over_unattended(session, row, now)
        session.add(row)
        session.flush()
        pass_on(
            session, conversation, Transition.REQUEST, by, now, handover=row, detail={"reason": reason.value, "team": team.id}
        )
        place = self.availability.place(session, row, agents)
        tell_user(session, conversation, notices.queued(team.title, place.position, place.wait, reason), now, message, due_at)

    def reason_for(self, reply: Reply, text: str) -> Reason | None:
        """Return why this reply is not enough, None when it is: the bot says so, a rule does, or time is short."""
        settings, plain = self.availability.settings, normalise(text)
        if reply.handover_reason:
            return Reason(reply.handover_reason)
        if reply.intent in settings.always_intents or any(normalise(phrase) in plain for phrase in settings.always_phrases):
            return Reason.RULE
        return Reason.DEADLINE if ends_within_a_day(plain) else None

    def _note_unattended(
        self,
        session: Session,
        conversation: ConversationRow,
        message: MessageRow,
        reason: Reason,
        team: Team,
        subject: str | None,
        now: datetime,
        due_at: datetime | None,
    ) -> None:
        if handovers.find_unattended(session, conversation.id) is None:
            row = self._new(session, conversation, message, reason, team, subject, USER, now)
            row.status = UNATTENDED
            session.add(row)
        text = self.availability.hours_text(team)
        notice = notices.nobody_there(text, self.availability.is_open(team), reason)
        tell_user(session, conversation, notice, now, message, due_at)

    # What agents and supervisors cause.

    def take(self, session: Session, conversation: ConversationRow, agent: UserRow, now: datetime, by: By) -> None:
        """Give a waiting chat to the agent. Raises TransitionRefused when it waits no more."""
        row = handovers.find_open(session, conversation.id)
        transition = Transition.TAKE if by == By.agent(agent.username) else Transition.ASSIGN
        pass_on(session, conversation, transition, by, now, agent=agent.username, handover=row)
        assert row is not None, "the queue owns it, so it has a handover"
        self._begin(session, conversation, row, agent, now)
        tell_user(session, conversation, notices.taken(name_of(agent)), now)

    def step_in(self, session: Session, conversation: ConversationRow, agent: UserRow, now: datetime, by: By) -> None:
        """Let the agent go into a talk with the bot."""
        subject, last = self._subject_of(session, conversation), messages.last_user_message(session, conversation.id)
        row = self._new(session, conversation, last, Reason.STEP_IN, self._team_of(agent), subject, by, now)
        self._take_over_unattended(session, row, now)
        session.add(row)
        session.flush()
        pass_on(session, conversation, Transition.STEP_IN, by, now, agent=agent.username, handover=row)
        self._begin(session, conversation, row, agent, now)
        tell_user(session, conversation, notices.stepped_in(name_of(agent)), now)

    def transfer(
        self, session: Session, conversation: ConversationRow, agent: UserRow, now: datetime, by: By, note: str = ""
    ) -> None:
        """Give a chat that one agent has to another."""
        row = self._get_active(session, conversation)
        transition = Transition.TRANSFER if by.actor is Actor.AGENT else Transition.REASSIGN
        pass_on(session, conversation, transition, by, now, agent=agent.username, handover=row, detail=_noted(note))
        self._begin(session, conversation, row, agent, now)
        tell_user(session, conversation, notices.passed_to(name_of(agent)), now)

    def transfer_to_team(
        self, session: Session, conversation: ConversationRow, team: Team, now: datetime, by: By, note: str = ""
    ) -> None:
        """Put a chat that an agent has into a team's queue. Raises HandoverRefused when nobody is there."""
        agents = self.availability.ready_agents(session)
        if not any(team.id in agent.teams and f"{AGENT_PREFIX}{agent.username}" != conversation.owner for agent in agents):
            raise HandoverRefused("team_unavailable")
        row = self._get_active(session, conversation)
        pass_on(session, conversation, Transition.TRANSFER_TEAM, by, now, handover=row, detail={"team": team.id} | _noted(note))
        self._queue_again(session, row, team, now)
        place = self.availability.place(session, row, agents)
        tell_user(session, conversation, notices.passed_to_team(team.title, place.position), now)

    def return_to_bot(
        self,
        session: Session,
        conversation: ConversationRow,
        now: datetime,
        by: By,
        hint: str = "",
        passage: notices.Button | None = None,
    ) -> None:
        """Give the chat back to the bot; the user reads the hint and is offered the passage."""
        row = self._get_active(session, conversation)
        detail: dict[str, Any] = {"hint": hint} if hint else {}
        pass_on(session, conversation, Transition.RETURN, by, now, handover=row, detail=detail)
        handovers.end(row, "returned", now)
        tell_user(session, conversation, notices.returned(hint, passage), now)

    def close(
        self, session: Session, conversation: ConversationRow, now: datetime, by: By, result: str, note: str, with_survey: bool
    ) -> None:
        """End a chat that waits or that an agent has."""
        row = handovers.find_open(session, conversation.id)
        pass_on(session, conversation, Transition.CLOSE, by, now, handover=row, detail={"result": result} | _noted(note))
        assert row is not None, "a person or the queue owns it, so it has a handover"
        row.closing_note = note or None
        has_talked = row.taken_by is not None
        handovers.end(row, result, now)
        row.survey_asked_at = now if with_survey and has_talked else None
        notice = notices.closed(with_survey) if has_talked else notices.closed_unserved()
        tell_user(session, conversation, notice, now)

    # What time causes.

    def escalate(self, session: Session, conversation: ConversationRow, row: HandoverRow, now: datetime) -> None:
        """The promised time is over: on to the next team in which somebody is there, else the user is told how things stand."""
        agents = self.availability.ready_agents(session)
        here = self.availability.team(row.team)
        others = [team for team in self.availability.chain(here)[1:] if any(team.id in agent.teams for agent in agents)]
        if others:
            pass_on(
                session,
                conversation,
                Transition.ESCALATE,
                SYSTEM,
                now,
                handover=row,
                detail={"team": others[0].id, "from": row.team},
            )
            self._queue_again(session, row, others[0], now)
            notice = notices.escalated(others[0].title, self.availability.place(session, row, agents).position)
        elif any(row.team in agent.teams for agent in agents):
            row.escalate_at = None
            place = self.availability.place(session, row, agents)
            notice = notices.still_waiting(place.position, place.wait)
        else:
            self.give_up(session, conversation, row, now)
            return
        tell_user(session, conversation, notice, now)

    def give_up(self, session: Session, conversation: ConversationRow, row: HandoverRow, now: datetime) -> None:
        """Nobody is there any more: the bot goes on, the request stays for the next day."""
        pass_on(session, conversation, Transition.GIVE_UP, SYSTEM, now, handover=row)
        row.status, row.escalate_at = UNATTENDED, None
        tell_user(session, conversation, notices.gave_up(self.availability.hours_text(self.availability.team(row.team))), now)

    def release(self, session: Session, conversation: ConversationRow, row: HandoverRow, now: datetime) -> None:
        """The agent is gone while the user waits for an answer: back to the queue, or to the bot when nobody is there."""
        agents = self.availability.ready_agents(session)
        team = self.availability.attended_team(self.availability.team(row.team), agents)
        if team is None:
            self.give_up(session, conversation, row, now)
            return
        pass_on(session, conversation, Transition.RELEASE, SYSTEM, now, handover=row, detail={"agent": row.taken_by})
        self._queue_again(session, row, team, now)
        place = self.availability.place(session, row, agents)
        tell_user(session, conversation, notices.released(team.title, place.position), now)

    def warn(self, session: Session, conversation: ConversationRow, row: HandoverRow, now: datetime) -> None:
        settings = self.availability.settings
        row.warned_at = now
        minutes = max(1, round((settings.silence_end_s - settings.silence_warn_s) / 60))
        tell_user(session, conversation, notices.about_to_end(minutes), now)

    def expire(self, session: Session, conversation: ConversationRow, row: HandoverRow, now: datetime) -> None:
        pass_on(session, conversation, Transition.EXPIRE, SYSTEM, now, handover=row)
        handovers.end(row, "no_reply", now)
        row.survey_asked_at = now if row.first_reply_at else None
        tell_user(session, conversation, notices.expired(row.first_reply_at is not None), now)

    # What all of them need.

    def _new(
        self,
        session: Session,
        conversation: ConversationRow,
        message: MessageRow | None,
        reason: Reason,
        team: Team,
        subject: str | None,
        by: By,
        now: datetime,
    ) -> HandoverRow:
        return HandoverRow(
            conversation_id=conversation.id,
            team=team.id,
            reason=reason.value,
            priority=priority_of(reason),
            status=WAITING,
            subject=subject,
            language=TRADITIONAL if message is not None and is_traditional(message.text) else DEFAULT_LANGUAGE,
            summary=_as_dict(self._summary(session, conversation)),
            requested_by=by.name,
            requested_at=now,
            queued_at=now,
        )

    def _take_over_unattended(self, session: Session, row: HandoverRow, now: datetime) -> None:
        """Let a request that nobody was there for go on in this one."""
        if asked := handovers.find_unattended(session, row.conversation_id):
            row.contact = asked.contact
            handovers.end(asked, "followed_up", now)

    def _summary(self, session: Session, conversation: ConversationRow) -> Summary:
        said = messages.list_newest(session, conversation.id, None, LOOKED_AT)
        ignored = [m.text for m in said if m.sender == "user" and asks_for_person(normalise(m.text))]
        return summarise([_said(message) for message in said], ignored)

    def _subject_of(self, session: Session, conversation: ConversationRow) -> str | None:
        """Return what was talked about last: by what bot or agent answered from, else by what the bot was sure of."""
        said = messages.list_newest(session, conversation.id, None, LOOKED_AT)
        articles = [source["article_id"] for m in reversed(said) for source in (m.sources or [])[:1] if source.get("article_id")]
        if articles and (subject := self._subject_of_article(articles[0])):
            return subject
        sure = [m.intent for m in reversed(said) if m.sender == "bot" and m.intent and m.intent["confidence"] >= ANSWER_FROM]
        intents = [intent["name"] for intent in sure]
        return next((intent for intent in intents if intent in self._subjects), None)

    def _team_of(self, agent: UserRow) -> Team:
        return self.availability.team((agent.teams or [self.availability.settings.teams[0].id])[0])

    def _get_active(self, session: Session, conversation: ConversationRow) -> HandoverRow:
        row = handovers.find_open(session, conversation.id)
        if row is None or row.status != ACTIVE:
            raise HandoverRefused("not_yours")
        return row

    def _begin(self, session: Session, conversation: ConversationRow, row: HandoverRow, agent: UserRow, now: datetime) -> None:
        """Let the agent have it. From now on the user waits for a word of theirs, whatever others have said before."""
        row.status, row.escalate_at, row.warned_at = ACTIVE, None, None
        row.taken_by, row.taken_at = agent.username, row.taken_at or now
        conversation.unanswered_since = conversation.unanswered_since or now
        presences.get_presence(session, agent.username).last_assigned_at = now

    def _queue_again(self, session: Session, row: HandoverRow, team: Team, now: datetime) -> None:
        """Let the row wait in the team's queue; its place goes by when the user first asked."""
        row.status, row.team, row.queued_at = WAITING, team.id, now
        row.escalate_at = now + timedelta(seconds=team.promised_wait_s)
        row.warned_at = None
        session.flush()


def has_room(agent: UserRow, agents_load: Mapping[str, int]) -> bool:
    return agents_load.get(agent.username, 0) < agent.capacity


def name_of(agent: UserRow) -> str:
    """Return what users and colleagues call the agent."""
    return agent.display_name or agent.username


def _noted(note: str) -> dict[str, str]:
    return {"note": note} if note else {}


def _said(message: MessageRow) -> SaidTurn:
    source = (message.sources or [{}])[0] if message.band == "answer" else {}
    return SaidTurn(message.sender, message.text, source.get("title"), source.get("section"))


def _as_dict(summary: Summary) -> dict[str, Any]:
    answered = [{"title": title, "section": section} for title, section in summary.answered]
    facts = [{"name": name, "value": value} for name, value in summary.facts]
    return asdict(summary) | {"asked": list(summary.asked), "answered": answered, "facts": facts}
