"""`talk`: a chat in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import uuid

from bot.commands.setup import apart, ready_services, settings_of
from bot.persistence.tables import MessageRow
from bot.services.chat import Chat

CHANNEL = "terminal"


def talk(options: argparse.Namespace) -> int:
    """Read lines, print replies; a number presses the button of that number; an empty line or Ctrl-D ends."""
    with apart(settings_of(options)) as settings:
        services = ready_services(settings)
        asyncio.run(_talk(services.chat))
        services.database.close()
    return 0


async def _talk(chat: Chat) -> None:
    conversation = await chat.start(CHANNEL)
    buttons: list[dict[str, str]] = []
    print("营商小助：您好，请问有什么可以帮您？（输入按钮前的数字可以选择，直接回车结束）")
    while line := await asyncio.to_thread(_read_line):
        pressed = buttons[int(line) - 1] if line.isdigit() and 0 < int(line) <= len(buttons) else None
        text, payload = (pressed["title"], pressed["payload"]) if pressed else (line, None)
        turn = await chat.post(conversation.conversation_id, text, uuid.uuid4().hex, payload)
        buttons = [button for message in turn.messages for button in message.buttons or []]
        for message in turn.messages:
            _print(message)


def _read_line() -> str:
    try:
        return input("您：").strip()
    except EOFError:
        return ""


def _print(message: MessageRow) -> None:
    print(f"营商小助：{message.text}")
    for number, button in enumerate(message.buttons or [], start=1):
        print(f"  {number}. {button['title']}")
