"""`serve` as a process of its own, as a person starts it."""

from __future__ import annotations

import httpx
import pytest

from tests.fixtures.talk import Talk

pytestmark = pytest.mark.slow


def test_a_served_assistant_is_ready_and_answers_over_http(server_url: str) -> None:
    assert httpx.get(f"{server_url}/readyz").json() == {"ready": True, "model": True, "database": True, "queue": True}

    with httpx.Client(base_url=server_url, timeout=30) as client:
        said = Talk.start(client).ask("商标异议期是多久")

    assert said.topic == "I4" and "个月" in said.answer
