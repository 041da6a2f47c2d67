"""What time does to handovers: waiting chats are given out, promises end, agents are gone, users fall silent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.business.routing import ReadyAgent, assign
from bot.errors import BotError
from bot.persistence import conversations, handovers, outbox, presences, users
from bot.persistence.database import Database, Session
from bot.persistence.handovers import ACTIVE, WAITING, ActiveChat, active_of
from bot.persistence.tables import ConversationRow, HandoverRow
from bot.services.availability import CONNECTED_FOR, as_waiting, is_attended
from bot.services.background import BackgroundTask
from bot.services.handover import Handovers, has_room
from bot.services.live import Happening, LiveEvents
from bot.services.ownership import SYSTEM

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 2.0
LOOK_AGAIN_AFTER_S = 0.5
"""The least time between two looks, however much happens: one look finds all that is due."""
ANSWER_WITHIN_S = 60
"""How long a user waits for the answer of an agent whose desk is gone, before somebody else is found."""
_Act = Callable[[Session, ConversationRow], bool]


class HandoverKeeper:
    """One background task of a process. Several may look at once: what is found is looked at again under the row's lock.

    After a start the desks need a moment to connect again; until then nobody counts as gone.
    """

    def __init__(
        self,
        database: Database,
        handovers: Handovers,
        live: LiveEvents,
        wake: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._handovers = handovers
        self._availability = handovers.availability
        self._live = live
        self._wake = wake
        self._now = now
        self._task = BackgroundTask(self._run)
        self._look_now = asyncio.Event()
        self._trusts_absence_from = now()

    def start(self) -> None:
        self._trusts_absence_from = self._now() + CONNECTED_FOR
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def look_soon(self) -> None:
        """Somebody began to wait, or to be there: do not wait for the next look."""
        self._look_now.set()

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            looked_s = clock()
            try:
                await asyncio.to_thread(self.look)
            except Exception as error:  # whatever it is, the next look comes
                logger.warning("handovers are looked after later: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look_now.wait(), LOOK_EVERY_S)
            await asyncio.sleep(looked_s + LOOK_AGAIN_AFTER_S - clock())
            self._look_now.clear()

    def look(self) -> int:
        """Do what is due; return how many conversations changed."""
        changed = 0
        for conversation_id, act in self._find_due():
            try:
                with self._database.session() as session:
                    conversation = conversations.get_conversation_for_update(session, conversation_id)
                    has_changed = act(session, conversation)
            except BotError as error:  # it changed meanwhile; the others must not wait for it
                logger.warning("a handover is looked after later: %s", type(error).__name__)
                continue
            if has_changed:
                changed += 1
                self._live.tell_from_thread(conversation_id, Happening("owner"))
        if changed:
            self._wake()
        return changed

    def _find_due(self) -> list[tuple[str, _Act]]:
        now = self._now()
        with self._database.reading() as session:
            waiting, active = handovers.list_waiting(session), handovers.list_active(session)
            if not waiting and not active:
                return []
            agents = self._availability.ready_agents(session)
            there = {user.username: row for user, row in presences.list_presences(session) if row}
            chosen = self._route(session, waiting, agents, {name for name, row in there.items() if row.takes_automatically})
            seen = {name: row.seen_at for name, row in there.items()}
        knows_who_is_gone = now >= self._trusts_absence_from
        due: list[tuple[str, _Act]] = [(conversation_id, self._give_to(name)) for conversation_id, name in chosen.items()]
        for row in waiting:
            is_late = row.escalate_at is not None and row.escalate_at <= now
            is_left = knows_who_is_gone and not is_attended(row.team, agents)
            if row.conversation_id not in chosen and (is_late or is_left):
                due.append((row.conversation_id, self._escalate))
        for chat in active:
            act = self._act_on_silence(chat, seen.get(chat.taken_by or ""), now)
            if act is not None and (knows_who_is_gone or act != self._release):
                due.append((chat.conversation_id, act))
        return due

    def _route(
        self, session: Session, waiting: Sequence[HandoverRow], agents: Sequence[ReadyAgent], automatic: Collection[str]
    ) -> Mapping[str, str]:
        """Return who gets which waiting chat without asking for it; `automatic`: who takes them so."""
        able = [agent for agent in agents if agent.username in automatic]
        if not able or not waiting:
            return {}
        known = handovers.last_agents(session, [row.conversation_id for row in waiting])
        return assign([as_waiting(row, known.get(row.conversation_id)) for row in waiting], able)

    def _act_on_silence(self, chat: ActiveChat, seen_at: datetime | None, now: datetime) -> _Act | None:
        settings = self._availability.settings
        if chat.unanswered_since is not None or chat.first_reply_at is None:
            is_gone = seen_at is None or now - seen_at > timedelta(seconds=settings.agent_away_after_s)
            has_waited = now - (chat.unanswered_since or chat.taken_at or now) > timedelta(seconds=ANSWER_WITHIN_S)
            return self._release if is_gone and has_waited else None
        silent_s = (now - (chat.warned_at or chat.last_at)).total_seconds()
        if chat.warned_at is None:
            return self._warn if silent_s >= settings.silence_warn_s else None
        return self._expire if silent_s >= settings.silence_end_s - settings.silence_warn_s else None

    # Each looks again, now that nobody else can change the conversation, and says whether there was something to do.

    def _give_to(self, username: str) -> _Act:
        def act(session: Session, conversation: ConversationRow) -> bool:
            agent = users.find_user(session, username, for_update=True)
            row = handovers.find_open(session, conversation.id)
            if agent is None or row is None or row.status != WAITING or not has_room(agent, handovers.loads(session)):
                return False
            self._handovers.take(session, conversation, agent, self._now(), SYSTEM)
            return True

        return act

    def _escalate(self, session: Session, conversation: ConversationRow) -> bool:
        now, row = self._now(), handovers.find_open(session, conversation.id)
        if row is None or row.status != WAITING:
            return False
        is_late = row.escalate_at is not None and row.escalate_at <= now
        if not is_late and is_attended(row.team, self._availability.ready_agents(session)):
            return False
        self._handovers.escalate(session, conversation, row, now)
        return True

    def _release(self, session: Session, conversation: ConversationRow) -> bool:
        row = self._find_quiet(session, conversation, self._release)
        if row is not None:
            self._handovers.release(session, conversation, row, self._now())
        return row is not None

    def _warn(self, session: Session, conversation: ConversationRow) -> bool:
        row = self._find_quiet(session, conversation, self._warn)
        if row is not None:
            self._handovers.warn(session, conversation, row, self._now())
        return row is not None

    def _expire(self, session: Session, conversation: ConversationRow) -> bool:
        row = self._find_quiet(session, conversation, self._expire)
        if row is not None:
            self._handovers.expire(session, conversation, row, self._now())
        return row is not None

    def _find_quiet(self, session: Session, conversation: ConversationRow, act: _Act) -> HandoverRow | None:
        """Return the handover if the same is still to be done about it."""
        row = handovers.find_open(session, conversation.id)
        if row is None or row.status != ACTIVE:
            return None
        if act != self._release and outbox.is_agent_unheard(session, conversation.id):
            return None  # a user who was not reached is not silent
        presence = presences.find_presence(session, row.taken_by or "")
        seen_at = presence.seen_at if presence else None
        return row if self._act_on_silence(active_of(row, conversation), seen_at, self._now()) == act else None
