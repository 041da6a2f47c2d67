"""Custom actions run in this process, with Rasa's own protocol."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from rasa.utils.endpoints import ClientResponseError
from rasa_sdk import Action
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.dialogue.in_process_actions import InProcessActions, make_actions
from bot.settings import PROJECT

SERVICES = SimpleNamespace(answers=None)
CALL: dict[str, Any] = {
    "sender_id": "c1",
    "tracker": {"sender_id": "c1", "slots": {}, "latest_message": {}, "events": [], "paused": False},
    "domain": {},
}


class Greets(Action):
    def name(self) -> str:
        return "action_test_greets"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(text="你好", buttons=[{"title": "好", "payload": "/affirm"}], json_message={"band": "answer"})
        dispatcher.utter_message(response="utter_greet", name="李")
        return [SlotSet("subject", "tax")]


class Rejects(Action):
    def name(self) -> str:
        return "action_test_rejects"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ActionExecutionRejection(self.name(), "not now")


@pytest.fixture
def endpoint() -> InProcessActions:
    made = InProcessActions(SERVICES)  # type: ignore[arg-type]
    for action in (Greets(), Rejects()):
        made._executor.register_action(action)
    return made


def call(endpoint: InProcessActions, name: str) -> Any:
    return asyncio.run(endpoint.request(method="post", json={**CALL, "next_action": name}))


def test_an_actions_utterances_templates_and_slots_come_back(endpoint: InProcessActions) -> None:
    result = call(endpoint, "action_test_greets")

    assert result["events"] == [{"event": "slot", "timestamp": None, "name": "subject", "value": "tax"}]
    text, template = result["responses"]
    assert text["text"] == "你好" and text["buttons"] and text["custom"] == {"band": "answer"}
    assert template["response"] == "utter_greet" and template["name"] == "李"


def test_a_rejection_is_the_400_that_rasa_knows(endpoint: InProcessActions) -> None:
    with pytest.raises(ClientResponseError) as refused:
        call(endpoint, "action_test_rejects")

    assert refused.value.status == 400 and "action_test_rejects" in refused.value.text


def test_an_unknown_action_is_a_404(endpoint: InProcessActions) -> None:
    with pytest.raises(ClientResponseError) as refused:
        call(endpoint, "action_nobody_wrote")

    assert refused.value.status == 404


def test_every_action_of_the_domain_is_made_once_and_abstract_bases_are_not() -> None:
    names = [action.name() for action in make_actions(SERVICES)]  # type: ignore[arg-type]

    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    assert sorted(names) == sorted(domain["actions"])
