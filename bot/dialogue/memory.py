"""Telling the bot what people said while it was silent, so that it goes on knowing what was talked about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from actions.base import FAILURES_SLOT, GROUP_SLOT, OFFERED_SLOT, SUBJECT_SLOT, question_from
from bot.services.answers import Answers, Topic
from bot.services.assistant import HeardTurn

SAID_BY_AGENT = {"sender": "agent"}
"""Beside an agent's words, which Rasa knows only as the bot's."""
Understand = Callable[[str], Awaitable[Mapping[str, Any]]]


async def remember(
    agent: Agent,
    answers: Answers,
    understand: Understand,
    conversation_id: str,
    turns: Sequence[HeardTurn],
    channel: OutputChannel,
) -> None:
    """Add what was said to the tracker, and set what the conversation is about to what the people talked about last."""
    tracker = await agent.processor.fetch_tracker_with_initial_session(conversation_id, channel)
    topic = _topic_of(tracker)
    for turn in turns:
        if turn.sender == "user":
            parsed = await understand(turn.text)
            tracker.update(_uttered(turn.text, parsed), agent.domain)
            topic = answers.answer(question_from(parsed), topic).topic or topic
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME), agent.domain)
        elif turn.sender == "agent":
            tracker.update(BotUttered(turn.text, metadata=SAID_BY_AGENT), agent.domain)
        if turn.row_id:
            topic = answers.show_row(turn.row_id).topic or topic
    for name, value in _slots(topic).items():
        tracker.update(SlotSet(name, value), agent.domain)
    await agent.tracker_store.save(tracker)


def _slots(topic: Topic | None) -> dict[str, Any]:
    about = {SUBJECT_SLOT: topic.subject, GROUP_SLOT: topic.group} if topic else {}
    return {**about, FAILURES_SLOT: 0, OFFERED_SLOT: None}


def _topic_of(tracker: DialogueStateTracker) -> Topic | None:
    subject, group = tracker.get_slot(SUBJECT_SLOT), tracker.get_slot(GROUP_SLOT)
    return Topic(subject, group) if subject and group else None


def _uttered(text: str, parsed: Mapping[str, Any]) -> UserUttered:
    return UserUttered(text, parsed["intent"], parsed.get("entities") or [], dict(parsed))
