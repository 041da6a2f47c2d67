"""`evaluate-answers`: ask each question in a new conversation and count what came back."""

from __future__ import annotations

import argparse
import asyncio
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bot.bootstrap import Services
from bot.business.confidence import Band
from bot.commands.input_files import read_jsonl
from bot.commands.setup import apart, ready_services, settings_of
from bot.errors import FileInvalid
from bot.persistence.tables import MessageRow
from bot.services.chat import Chat

CHANNEL = "evaluation"
EXPECTATIONS = ("answer", "out_of_scope", "to_human", "ambiguous")
ASKED_BACK = {Band.CONFIRM, Band.CLARIFY}


def evaluate_answers(options: argparse.Namespace) -> int:
    """Print counts per expectation.

    answer: right = the first source's topic is one of the row's; offered = asked back with a button whose answer's first source
    is; wrong = another topic was answered; none = neither. out_of_scope: no article was given. to_human: a person was asked for.
    ambiguous: asked back.
    """
    rows = read_jsonl(options.questions, ("text", "expect"))
    for row in rows:
        if row["expect"] not in EXPECTATIONS:
            raise FileInvalid(str(options.questions), row["text"][:20], f"expect must be one of {EXPECTATIONS}")
    with apart(settings_of(options)) as settings:
        services = ready_services(settings)
        outcomes = asyncio.run(_ask_all(services, rows))
        services.database.close()
    if options.details:
        _write_details(options.details, rows, outcomes)
    counts = count_outcomes(rows, [outcome["outcome"] for outcome in outcomes])
    print(json.dumps(counts, ensure_ascii=False) if options.json else _readable(counts))
    return 0


def count_outcomes(rows: Sequence[Mapping[str, Any]], outcomes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the contract's counts."""
    counted: dict[str, dict[str, int]] = {}
    for expectation in EXPECTATIONS:
        found = Counter(o for row, o in zip(rows, outcomes, strict=True) if row["expect"] == expectation)
        names = ("right", "offered", "wrong", "none") if expectation == "answer" else ("as_expected",)
        counted[expectation] = {"n": sum(found.values()), **{name: found[name] for name in names}}
    return counted


async def _ask_all(services: Services, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    bar = tqdm(rows, desc="提问", unit="题")
    return [await _ask(services.chat, row) for row in bar]


async def _ask(chat: Chat, row: Mapping[str, Any]) -> dict[str, Any]:
    conversation = await chat.start(CHANNEL)
    turn = await chat.post(conversation.conversation_id, row["text"], uuid.uuid4().hex)
    return {
        "outcome": await _judge(chat, conversation.conversation_id, row, turn.messages),
        "intent": turn.messages[0].intent,
        "band": turn.messages[0].band,
        "topics": _topics(turn.messages),
        "text": turn.messages[0].text,
        "buttons": [button["title"] for message in turn.messages for button in message.buttons or []],
    }


async def _judge(chat: Chat, conversation_id: str, row: Mapping[str, Any], replies: Sequence[MessageRow]) -> str:
    bands, topics = {message.band for message in replies}, _topics(replies)
    if row["expect"] == "out_of_scope":
        return "as_expected" if not topics else "article"
    if row["expect"] == "to_human":
        return "as_expected" if Band.HANDOVER in bands else "not_handed_over"
    if row["expect"] == "ambiguous":
        return "as_expected" if bands & ASKED_BACK else "not_asked_back"
    wanted = set(row.get("topics") or ())
    if topics:
        return "right" if topics[0] in wanted else "wrong"
    if bands & ASKED_BACK and await _leads_to(chat, conversation_id, replies, wanted):
        return "offered"
    return "none"


async def _leads_to(chat: Chat, conversation_id: str, replies: Sequence[MessageRow], wanted: set[str]) -> bool:
    """Whether pressing one of the buttons gives an answer on a wanted topic."""
    for button in [button for message in replies for button in message.buttons or []]:
        turn = await chat.post(conversation_id, button["title"], uuid.uuid4().hex, button["payload"])
        topics = _topics(turn.messages)
        if topics and topics[0] in wanted:
            return True
    return False


def _topics(replies: Sequence[MessageRow]) -> list[str]:
    return [source["topic"] for message in replies for source in message.sources or []]


def _write_details(path: Path, rows: Sequence[Mapping[str, Any]], outcomes: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row, outcome in zip(rows, outcomes, strict=True):
            file.write(json.dumps({**row, "got": outcome}, ensure_ascii=False) + "\n")


def _readable(counts: Mapping[str, Mapping[str, int]]) -> str:
    lines = []
    for expectation, found in counts.items():
        n = found["n"] or 1
        shares = "，".join(f"{name} {value}（{value / n:.1%}）" for name, value in found.items() if name != "n")
        lines.append(f"{expectation}：{found['n']}题，{shares}")
    return "\n".join(lines)
