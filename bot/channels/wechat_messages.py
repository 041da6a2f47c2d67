"""What a WeChat message or event means to the conversation."""

from __future__ import annotations

from collections.abc import Mapping

from bot.business.allowance import Grant
from bot.business.payload import event_payload
from bot.channels.wechat_menu import read_key
from bot.channels.wechat_protocol.inbound import Inbound, Kind
from bot.services.attachments import MEDIA
from bot.services.inbox import PlatformCall, Said

CHANNEL = "wechat"
_MEDIA_TITLES = {Kind.IMAGE: "［图片］", Kind.VIDEO: "［视频］", Kind.VOICE: "［语音］", Kind.FILE: "［文件］"}
_FREE_GRANTS = {
    Kind.FOLLOW: Grant.EVENT,
    Kind.SCAN: Grant.EVENT,
    Kind.CLICK: Grant.EVENT,
    Kind.UNFOLLOW: Grant.NOTHING,
    Kind.VIEW: Grant.NOTHING,
    Kind.POSITION: Grant.NOTHING,
    Kind.EVENT: Grant.NOTHING,
}


def as_call(inbound: Inbound, account: str, nonce: str, body: bytes, titles: Mapping[str, str]) -> PlatformCall:
    """Return the call that the message is; `titles` name the subjects a menu key may ask for."""
    return PlatformCall(
        channel=CHANNEL,
        account=account,
        user_id=inbound.openid,
        external_id=inbound.external_id,
        kind=inbound.raw_type[:32],
        sent_at=inbound.sent_at,
        said=_said(inbound, titles),
        grants=_grant(inbound),
        is_leaving=inbound.kind is Kind.UNFOLLOW,
        nonce=nonce,
        body=body,
    )


def _grant(inbound: Inbound) -> Grant:
    """A press on an option counts as a menu click, although it comes as a text."""
    return Grant.EVENT if inbound.menu_id else _FREE_GRANTS.get(inbound.kind, Grant.MESSAGE)


def _said(inbound: Inbound, titles: Mapping[str, str]) -> Said | None:
    match inbound.kind:
        case Kind.TEXT:
            return Said(inbound.text, option_id=inbound.menu_id)
        case Kind.VOICE if inbound.text.strip():  # WeChat withdrew its recognition; whoever still has it need not wait for ours
            return Said(inbound.text)
        case Kind.IMAGE | Kind.VIDEO | Kind.VOICE | Kind.FILE as kind:
            return Said(f"{_MEDIA_TITLES[kind]}{inbound.text}", MEDIA, media_kind=kind.value, media_id=inbound.media_id)
        case Kind.LOCATION:
            return Said(f"［位置］{inbound.text}", event_payload("location"))
        case Kind.LINK:
            return Said(f"［链接］{inbound.text}", event_payload("link"))
        case Kind.MINI_PROGRAM | Kind.OTHER:
            return Said(f"［其他消息］{inbound.text}", event_payload("unsupported"))
        case Kind.FOLLOW:
            return read_key(inbound.event_key, titles) or Said("关注了公众号", event_payload("follow"), sender="system")
        case Kind.SCAN:
            return read_key(inbound.event_key, titles) or Said("扫码进入公众号", event_payload("scan"), sender="system")
        case Kind.CLICK:
            return read_key(inbound.event_key, titles) or Said("点了公众号菜单", event_payload("scan"), sender="system")
    return None  # leaving, opened pages, reported positions, and events we do not know
