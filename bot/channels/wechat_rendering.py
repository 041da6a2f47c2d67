"""How replies look in WeChat: one text with its source links, options numbered or as a menu, long texts in parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.channels.wechat_protocol.text import split_text
from bot.services.inbox import option_id
from bot.services.outbox import Delivery, OutboundMessage, Packet
from bot.services.passive_replies import PassiveAnswer

LIMIT_BYTES = 2047
"""WeChat takes texts under 2048 bytes."""
MORE = "\n\n（还有内容，回复“继续”接着看）"
PART_BYTES = LIMIT_BYTES - len(MORE.encode())
"""How texts that do not fit are cut, whichever way their parts go."""
CHOOSE = "请回复数字选择："
GO_ON = "还想了解，请回复数字："
OFFER = "也可以回复数字："
BETWEEN = "\n\n"
MAX_LINKS = 3


@dataclass(frozen=True)
class Text:
    """A text to be sent; with options it is a menu."""

    text: str
    options: tuple[tuple[str, str], ...] = ()


class WeChatRendering:
    """`public_url`: where our pages are reached, "" = replies carry no links."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def as_answer(self, owed: Sequence[OutboundMessage], may_send: bool) -> PassiveAnswer | None:
        """Return everything owed as the one text that answers a call; None when it had better be sent.

        That is when it does not fit, or asks back: as a menu it can be pressed, and an answer cannot carry one.
        """
        whole = BETWEEN.join([self._body(message) for message in owed] + self._numbered(owed))
        if may_send and _asks_back(owed):
            return None
        if _fits(whole) and not any(message.parts_sent for message in owed):
            return PassiveAnswer(whole, tuple(message.message_id for message in owed))
        return None if may_send else self._beginning(owed)

    def as_packets(self, delivery: Delivery) -> list[Packet]:
        """Return what is to be sent, as few messages as possible; the last one carries the options."""
        packets: list[Packet] = []
        for message in delivery.messages:
            parts = split_text(self._body(message), PART_BYTES)
            if len(parts) == 1 and packets and _fits(joined := f"{packets[-1].content.text}{BETWEEN}{parts[0]}"):
                packets[-1] = Packet(Text(joined), (*packets[-1].finishes, message.message_id))
                continue
            for number, part in enumerate(parts[message.parts_sent :], start=message.parts_sent + 1):
                is_last = number == len(parts)
                finishes = (message.message_id,) if is_last else ()
                packets.append(Packet(Text(part), finishes, None if is_last else (message.message_id, number)))
        options = _options(delivery.messages)
        return _with_options(packets, options, _asks_back(delivery.messages)) if options and packets else packets

    def _body(self, message: OutboundMessage) -> str:
        return "\n".join([message.text, *self._links(message)])

    def _links(self, message: OutboundMessage) -> list[str]:
        """Return a line for each source that has a page; the text itself already names them."""
        if not self._public_url:
            return []
        pages = {source["page_url"]: source for source in message.sources if source.get("page_url")}
        return [
            f'<a href="{self._public_url}{escape(page)}">查看全文：{escape(source["title"])}</a>'
            for page, source in list(pages.items())[:MAX_LINKS]
        ]

    def _numbered(self, owed: Sequence[OutboundMessage]) -> list[str]:
        titles = [title for _, title in _options(owed)]
        if not titles:
            return []
        is_notice = _last_turn(owed)[-1].band == "handover"
        heading = CHOOSE if _asks_back(owed) else OFFER if is_notice else GO_ON
        return ["\n".join([heading, *(f"{number}. {title}" for number, title in enumerate(titles, start=1))])]

    def _beginning(self, owed: Sequence[OutboundMessage]) -> PassiveAnswer:
        """Return as much as one text holds; the rest waits for the user to ask for it."""
        said: list[str] = []
        finishes: list[str] = []
        for message in owed:
            parts = split_text(self._body(message), PART_BYTES)
            rest = parts[min(message.parts_sent, len(parts) - 1) :]
            if len(BETWEEN.join([*said, rest[0]]).encode()) > PART_BYTES:
                break
            said.append(rest[0])
            if len(rest) > 1:
                return PassiveAnswer(BETWEEN.join(said) + MORE, tuple(finishes), (message.message_id, message.parts_sent + 1))
            finishes.append(message.message_id)
        if len(finishes) < len(owed):
            return PassiveAnswer(BETWEEN.join(said) + MORE, tuple(finishes))
        whole = BETWEEN.join([*said, *self._numbered(owed)])
        return PassiveAnswer(whole if _fits(whole) else BETWEEN.join(said), tuple(finishes))


def _fits(text: str) -> bool:
    return len(text.encode()) <= LIMIT_BYTES


def _last_turn(messages: Sequence[OutboundMessage]) -> list[OutboundMessage]:
    return [message for message in messages if message.reply_to == messages[-1].reply_to]


def _options(messages: Sequence[OutboundMessage]) -> tuple[tuple[str, str], ...]:
    """Return (id, title) of the options of the last turn, in the order in which a typed number counts them."""
    return tuple(
        (option_id(message.sequence, number), button["title"])
        for message in _last_turn(messages)
        for number, button in enumerate(message.buttons, start=1)
    )


def _with_options(packets: list[Packet], options: tuple[tuple[str, str], ...], asks_back: bool) -> list[Packet]:
    """Return the packets with the options on the last one, or after it where they do not fit."""
    last = packets[-1]
    size = len(last.content.text.encode()) + sum(len(title.encode()) for _, title in options)
    if size <= LIMIT_BYTES:
        return [*packets[:-1], Packet(Text(last.content.text, options), last.finishes, last.begins)]
    return [*packets, Packet(Text(CHOOSE if asks_back else GO_ON, options))]


def _asks_back(messages: Sequence[OutboundMessage]) -> bool:
    """Whether the options are the point: then a menu is worth a message. Below an answer or a notice they only offer more."""
    return any(message.buttons and message.band not in ("answer", "handover") for message in _last_turn(messages))
