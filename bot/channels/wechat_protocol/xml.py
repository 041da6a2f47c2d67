"""XML as WeChat writes it: one flat `<xml>` element. Whatever else arrives is refused while it is read."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bot.errors import CallbackMalformed

MAX_DEPTH = 20
MAX_ELEMENTS = 500
FORBIDDEN_CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_xml(body: bytes, channel: str = "wechat") -> dict[str, str]:
    """Return the text of every field directly under `<xml>`; fields that hold fields are left out.

    Text is as sent, with its white space; of a name that comes twice the first counts. Raises CallbackMalformed for what is
    not UTF-8, has a DTD or entities, another root, more than 500 elements or more than 20 levels.
    Source: WeChat official accounts, "Receiving standard messages" (接收普通消息), read 2026-11.
    """
    root = _parse(body, channel)
    if root.tag != "xml":
        raise CallbackMalformed(channel, "the root is not <xml>")
    fields: dict[str, str] = {}
    for child in root:
        if not len(child):
            fields.setdefault(child.tag, child.text or "")
    return fields


def cdata(text: str) -> str:
    """Return the text as CDATA that nothing in it can leave; characters that XML forbids are dropped."""
    allowed = FORBIDDEN_CHARACTERS.sub("", text)
    return f"<![CDATA[{allowed.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _parse(body: bytes, channel: str) -> Element:
    parser = DefusedXMLParser(target=_BoundedTreeBuilder(channel), forbid_dtd=True)
    try:
        parser.feed(body.decode("utf-8-sig"))
        root: Element = parser.close()
    except UnicodeDecodeError:
        raise CallbackMalformed(channel, "not UTF-8") from None
    except DefusedXmlException:
        raise CallbackMalformed(channel, "XML with a DTD or entities") from None
    except ParseError:
        raise CallbackMalformed(channel, "not XML") from None
    return root


class _BoundedTreeBuilder(TreeBuilder):
    """Stops at the first element too many, so that nothing large is ever built."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise CallbackMalformed(self._channel, "XML too deep or too large")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)
