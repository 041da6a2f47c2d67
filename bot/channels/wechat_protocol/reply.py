"""The answer that rides back on WeChat's own call."""

from __future__ import annotations

from datetime import datetime

from bot.channels.wechat_protocol.xml import cdata


def text_reply(to: str, sender: str, text: str, now: datetime) -> str:
    """Return the XML of a text from the account `sender` (gh_…) to the person `to` (openid).

    Characters that XML forbids are dropped. The text has at most 2048 bytes, which `split_text` sees to.
    Source: WeChat official accounts, "Passive replies" (被动回复用户消息), read 2026-11.
    """
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{cdata(text)}</Content></xml>"
    )
