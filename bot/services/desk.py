"""What agents and supervisors do with conversations. Each use case is one transaction; then those who watch are told."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.business.ownership import Kind
from bot.business.roles import TALKING_ROLES, Permission, Principal
from bot.errors import AccountNotFound, HandoverRefused, MessageRefused, OwnedByOther, TransitionRefused
from bot.persistence import conversations, desk_lists, handovers, messages, outbox, presences, users
from bot.persistence.database import Database, Session
from bot.persistence.handovers import ENDED
from bot.persistence.tables import ConversationRow, MessageRow, NoteRow, UserRow
from bot.services.availability import is_connected
from bot.services.desk_access import get_conversation_to_change
from bot.services.handover import Handovers, has_room
from bot.services.handover_notices import Button
from bot.services.knowledge import Knowledge
from bot.services.live import Happening, LiveEvents
from bot.services.message_text import clean_message
from bot.services.ownership import By
from knowledge.base import Row

MAX_CLIENT_ID = 90
"""Together with the user name it must fit into a message's external id."""
MAX_TAGS, MAX_TAG = 10, 16
MAX_NOTE = 2_000
MAX_HINT = 300
PASSAGES_AT_MOST = 3


class Desk:
    """The desk's use cases. They run in threads; `principal` is who asks, and what they may is checked where it is fetched."""

    def __init__(
        self,
        database: Database,
        handovers: Handovers,
        knowledge: Knowledge,
        live: LiveEvents,
        wake: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._handovers = handovers
        self._settings = handovers.availability.settings
        self._knowledge = knowledge
        self._live = live
        self._wake = wake
        self._now = now

    def take(self, principal: Principal, conversation_id: str) -> None:
        """Give the conversation, which waits or which the bot has, to who asks. Theirs already = nothing to do.

        Raises OwnedByOther when somebody was faster, HandoverRefused when they have no room.
        """
        with self._changing(principal, conversation_id) as (session, conversation):
            owner = conversations.owner_of(conversation)
            if owner.agent == principal.username:
                return
            agent = self._get_agent(session, principal.username)
            self._check_nobody_has_it(session, conversation)
            if not has_room(agent, handovers.loads(session)):
                raise HandoverRefused("at_capacity")
            self._give(session, conversation, agent, By.agent(agent.username))

    def assign(self, principal: Principal, conversation_id: str, username: str) -> None:
        """Give the conversation to an agent, whoever has it. A supervisor may fill an agent beyond their capacity."""
        principal.require(Permission.SUPERVISE)
        with self._changing(principal, conversation_id) as (session, conversation):
            owner = conversations.owner_of(conversation)
            if owner.agent == username:
                return
            agent = self._get_agent(session, username)
            self._check_is_there(session, principal, username)
            by = By.agent(principal.username, is_supervisor=username != principal.username or owner.agent is not None)
            if owner.agent is not None:
                self._handovers.transfer(session, conversation, agent, self._now(), by)
            else:
                self._give(session, conversation, agent, by)

    def transfer(self, principal: Principal, conversation_id: str, username: str, note: str) -> None:
        """Give a chat of one's own to another agent who is there and has room. Raises HandoverRefused."""
        with self._changing(principal, conversation_id) as (session, conversation):
            by = self._by(principal, session, conversation)
            agent = self._get_agent(session, username)
            ready = {each.username: each for each in self._handovers.availability.ready_agents(session)}
            if username == conversations.owner_of(conversation).agent:
                raise HandoverRefused("already_theirs")
            if username not in ready or not ready[username].is_free:
                raise HandoverRefused("agent_unavailable")
            self._handovers.transfer(session, conversation, agent, self._now(), by, _short(note, MAX_NOTE))
            self._leave_word(session, conversation, principal, note)

    def transfer_to_team(self, principal: Principal, conversation_id: str, team_id: str, note: str) -> None:
        """Put a chat of one's own into a team's queue. Raises HandoverRefused when nobody is there."""
        with self._changing(principal, conversation_id) as (session, conversation):
            by = self._by(principal, session, conversation)
            team = next((team for team in self._settings.teams if team.id == team_id), None)
            if team is None:
                raise HandoverRefused("team_unknown")
            self._handovers.transfer_to_team(session, conversation, team, self._now(), by, _short(note, MAX_NOTE))
            self._leave_word(session, conversation, principal, note)

    def return_to_bot(self, principal: Principal, conversation_id: str, hint: str, passage: str | None) -> None:
        """Give a chat of one's own back to the bot; hint and passage are what comes next."""
        row = self._row(passage) if passage else None
        button: Button | None = None
        if row is not None:
            button = {"title": row.heading.rstrip("？?"), "payload": f'/show_passage{{"passage": "{row.id}"}}'}
        with self._changing(principal, conversation_id) as (session, conversation):
            by = self._by(principal, session, conversation)
            self._handovers.return_to_bot(session, conversation, self._now(), by, _short(hint, MAX_HINT), button)

    def close(self, principal: Principal, conversation_id: str, result: str, note: str, with_survey: bool) -> None:
        """End a chat of one's own, or one that waits; a supervisor may end another's."""
        if result not in self._settings.results:
            raise HandoverRefused("result_unknown")
        with self._changing(principal, conversation_id) as (session, conversation):
            is_waiting = conversations.owner_of(conversation).kind is Kind.QUEUE
            by = By.agent(principal.username) if is_waiting else self._by(principal, session, conversation)
            self._handovers.close(session, conversation, self._now(), by, result, _short(note, MAX_NOTE), with_survey)

    def say(
        self, principal: Principal, conversation_id: str, text: str, client_message_id: str, passages: Sequence[str] = ()
    ) -> MessageRow:
        """Store what the agent says and send it; the same id again is the same message.

        Raises HandoverRefused when the chat is not theirs, MessageRefused for what cannot be a message.
        """
        said = clean_message(text, None).text
        if not client_message_id or len(client_message_id) > MAX_CLIENT_ID or not client_message_id.isprintable():
            raise MessageRefused("client_message_id")
        rows = [row for row in map(self._row, list(dict.fromkeys(passages))[:PASSAGES_AT_MOST]) if row is not None]
        external_id = f"desk:{principal.username}:{client_message_id}"
        with self._changing(principal, conversation_id, "message") as (session, conversation):
            if known := messages.find_inbound(session, conversation_id, external_id):
                return known
            if conversations.owner_of(conversation).agent != principal.username:
                self._check_nobody_has_it(session, conversation)
                raise HandoverRefused("not_yours")
            message = self._append(session, conversation, principal, said, external_id, rows)
        self._wake()
        return message

    def note(self, principal: Principal, conversation_id: str, text: str) -> NoteRow:
        """Keep a note for colleagues. Raises MessageRefused for an empty or too long one."""
        kept = clean_message(text, None).text
        with self._changing(principal, conversation_id, "message") as (session, conversation):
            note = NoteRow(conversation_id=conversation.id, author=principal.username, text=kept, at=self._now())
            desk_lists.add_note(session, note)
        self._live.tell_from_thread(conversation_id, Happening("note", about=str(note.id)))
        return note

    def tag(self, principal: Principal, conversation_id: str, tags: Sequence[str]) -> None:
        kept = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
        if len(kept) > MAX_TAGS or any(len(tag) > MAX_TAG or not tag.isprintable() for tag in kept):
            raise HandoverRefused("tags_invalid")
        with self._changing(principal, conversation_id) as (_, conversation):
            conversation.tags = kept

    def mark_done(self, principal: Principal, conversation_id: str, note: str) -> None:
        """A request that nobody was there for was dealt with in another way, such as a telephone call."""
        with self._changing(principal, conversation_id) as (session, conversation):
            row = handovers.find_unattended(session, conversation.id)
            if row is None:
                raise HandoverRefused("not_unattended")
            row.status, row.result, row.ended_at = ENDED, "done", self._now()
            row.closing_note = _short(note, MAX_NOTE) or None
            row.taken_by = row.taken_by or principal.username

    # What several use cases need.

    @contextmanager
    def _changing(
        self, principal: Principal, conversation_id: str, kind: str = "owner"
    ) -> Iterator[tuple[Session, ConversationRow]]:
        """Yield (session, conversation), locked; tell who watches when the change is stored."""
        try:
            with self._database.session() as session:
                conversation = get_conversation_to_change(session, principal, conversation_id, self._settings)
                yield session, conversation
        except TransitionRefused:
            raise HandoverRefused("not_yours") from None
        self._live.tell_from_thread(conversation_id, Happening(kind))
        self._wake()

    def _leave_word(self, session: Session, conversation: ConversationRow, principal: Principal, note: str) -> None:
        """Keep what was said to whoever takes over where they look: among the notes."""
        if text := _short(note, MAX_NOTE):
            row = NoteRow(conversation_id=conversation.id, author=principal.username, text=f"转接说明：{text}", at=self._now())
            desk_lists.add_note(session, row)

    def _give(self, session: Session, conversation: ConversationRow, agent: UserRow, by: By) -> None:
        is_waiting = conversations.owner_of(conversation).kind is Kind.QUEUE
        give = self._handovers.take if is_waiting else self._handovers.step_in
        give(session, conversation, agent, self._now(), by)

    def _by(self, principal: Principal, session: Session, conversation: ConversationRow) -> By:
        """Return as whom they act: the agent who has it, or a supervisor. Raises HandoverRefused for anybody else."""
        owner = conversations.owner_of(conversation)
        if owner.agent == principal.username:
            return By.agent(principal.username)
        if owner.agent is not None and principal.may(Permission.SUPERVISE):
            return By.agent(principal.username, is_supervisor=True)
        self._check_nobody_has_it(session, conversation)
        raise HandoverRefused("not_yours")

    def _check_nobody_has_it(self, session: Session, conversation: ConversationRow) -> None:
        if agent := conversations.owner_of(conversation).agent:
            raise OwnedByOther(presences.names(session).get(agent, agent))

    def _check_is_there(self, session: Session, principal: Principal, username: str) -> None:
        """Raise HandoverRefused for a colleague who is not there: the user would be told that they are."""
        presence = presences.find_presence(session, username)
        if username != principal.username and not is_connected(presence.seen_at if presence else None, self._now()):
            raise HandoverRefused("agent_unavailable")

    def _get_agent(self, session: Session, username: str) -> UserRow:
        """Return who is to get a chat, locked, so that two chats given at the same moment are both counted."""
        user = users.find_user(session, username, for_update=True) if username.isprintable() else None
        if user is None or user.disabled or user.role not in TALKING_ROLES:
            raise AccountNotFound(username)
        return user

    def _row(self, row_id: str) -> Row | None:
        return self._knowledge.base().find_row(row_id)

    def _append(
        self,
        session: Session,
        conversation: ConversationRow,
        principal: Principal,
        text: str,
        external_id: str,
        rows: Sequence[Row],
    ) -> MessageRow:
        now = self._now()
        last = messages.last_user_message(session, conversation.id)
        message = MessageRow(
            id=uuid.uuid4().hex,
            sender="agent",
            author=principal.username,
            text=text,
            at=now,
            external_id=external_id,
            handled_at=now,
            sources=[source_json(row) for row in rows],
        )
        messages.append_message(session, conversation, message)
        outbox.add_outbox(session, message, (last.channel if last else None) or conversation.channel, now)
        row = handovers.find_open(session, conversation.id)
        if row is not None:
            row.first_reply_at, row.warned_at = row.first_reply_at or now, None
        return message


def source_json(row: Row) -> dict[str, Any]:
    """Return the contract's source of a row, with the row itself, by which the bot knows what was talked about."""
    listed = {key: value for key, value in asdict(row.source).items() if value is not None}
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in listed.items()} | {
        "row_id": row.id
    }


def _short(text: str, limit: int) -> str:
    """Return a free text without control characters, cut to what is kept."""
    return "".join(char for char in text if char.isprintable() or char == "\n").strip()[:limit]
