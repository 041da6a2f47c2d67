"""Calls of the platform's interface, as the product makes them."""

from __future__ import annotations

import json
from typing import Any

from tests.fixtures.wechat import Simulator

SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
STABLE_TOKEN = "/cgi-bin/stable_token"


def access_token(simulator: Simulator, force: bool = False) -> str:
    account = simulator.account
    body = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret, "force_refresh": force}
    return str(simulator.client.post(STABLE_TOKEN, json=body).json()["access_token"])


def post(simulator: Simulator, path: str, body: Any, token: str | None = None, escaped: bool = False) -> int:
    """Return the errcode."""
    raw = json.dumps(body, ensure_ascii=escaped).encode()
    answer = simulator.client.post(path, params={"access_token": token or access_token(simulator)}, content=raw)
    return int(answer.json()["errcode"])


def send_text(simulator: Simulator, openid: str, text: str = "您好", **options: Any) -> int:
    return post(simulator, SEND, {"touser": openid, "msgtype": "text", "text": {"content": text}}, **options)
