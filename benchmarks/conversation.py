"""One conversation over HTTP, as a channel would have it."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

QUESTIONS = (
    "行政处罚的信用修复怎么申请",
    "材料呢",
    "要钱吗",
    "那商标被人抢注怎么办",
    "多久",
    "公司注销怎么走流程",
    "食品经营许可证去哪办",
    "你好",
    "年报什么时候截止",
    "经营异常名录怎么移出",
    "要带什么材料",
    "专利侵权可以找谁裁决",
    "社保怎么给员工开户",
    "谢谢",
    "政府采购的投标保证金多久退",
    "工程款被拖欠了怎么办",
    "依据是什么",
    "法治环境的指标体系有多少项",
    "小规模纳税人增值税怎么算",
    "外国人工作许可怎么办理",
)
"""Twenty messages: new subjects, follow-ups that need the memory, small talk, the 2023 report."""


class Conversation:
    """Has its own connection; `post` waits for the reply."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)
        started = self._client.post("/api/chat/conversations", json={}).raise_for_status().json()
        self.path = f"/api/chat/conversations/{started['conversation_id']}/messages"
        self.headers = {"Authorization": f"Bearer {started['token']}"}

    def post(self, text: str) -> dict[str, Any]:
        """Return the turn. Raises httpx.HTTPStatusError."""
        response = self._client.post(self.path, headers=self.headers, json=message_json(text))
        turn: dict[str, Any] = response.raise_for_status().json()
        return turn

    def history(self) -> list[dict[str, Any]]:
        response = self._client.get(self.path, headers=self.headers).raise_for_status()
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    def close(self) -> None:
        self._client.close()


def message_json(text: str) -> dict[str, str]:
    return {"text": text, "client_message_id": uuid.uuid4().hex}
