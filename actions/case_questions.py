"""Questions of the case form that need more than their words; the others are responses named `utter_ask_<slot>`."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import BusinessAction
from actions.case_slots import CHOOSING, CONTACT_SLOT, WHAT_SLOT, form_of, state_of
from bot.business.case import STATE_TITLES, TYPE_TITLES, CaseType
from bot.business.case_form import ITEM_TITLES, Item
from bot.business.case_form_words import Step

MOST_SIMILAR = 3


def step_button(title: str, step: str) -> dict[str, str]:
    return {"title": title, "payload": f'/case_step{{"case_step": "{step}"}}'}


SKIP_BUTTON = step_button("跳过", Step.SKIP)
RESUME_BUTTON, CANCEL_BUTTON = step_button("继续登记", Step.RESUME), step_button("不登记了", Step.CANCEL)
SUMMARY_BUTTONS = [step_button("提交", Step.SUBMIT), step_button("改内容", Step.EDIT), step_button("取消", Step.CANCEL)]
EDIT_BUTTONS = [step_button(ITEM_TITLES[item], f"edit:{item}") for item in Item]


class ActionAskCaseResume(BusinessAction):
    """Offer to go on with what was begun before a pause."""

    def name(self) -> str:
        return "action_ask_case_resume"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        what = tracker.get_slot(WHAT_SLOT)
        response = "utter_case_begun_about" if what else "utter_case_begun"
        dispatcher.utter_message(response=response, what=what or "", buttons=[RESUME_BUTTON, CANCEL_BUTTON])
        return []


class AskWithButtons(BusinessAction):
    """Ask the response of the slot's name, with buttons: in `domain.yml` their payloads would be taken for templates."""

    is_abstract = True
    buttons: tuple[dict[str, str], ...] = (SKIP_BUTTON,)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        slot = self.name().removeprefix("action_ask_")
        dispatcher.utter_message(response=f"utter_{slot}", buttons=list(self.buttons))
        return []


class ActionAskCasePlace(AskWithButtons):
    """Where it is."""

    def name(self) -> str:
        return "action_ask_case_place"


class ActionAskCaseSince(AskWithButtons):
    """Since when."""

    def name(self) -> str:
        return "action_ask_case_since"


class ActionAskCaseWish(AskWithButtons):
    """What is wished for."""

    def name(self) -> str:
        return "action_ask_case_wish"


class ActionAskCaseType(AskWithButtons):
    """Which type it is, when its words do not tell."""

    buttons = tuple(step_button(title, f"type:{kind}") for kind, title in TYPE_TITLES.items())

    def name(self) -> str:
        return "action_ask_case_type"


class ActionAskCaseContact(BusinessAction):
    """Ask for a number; who has shown whom they speak for may leave it out."""

    def name(self) -> str:
        return "action_ask_case_contact"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        is_known = self.services.cases.caller(tracker.sender_id) is not None
        is_left = is_known or tracker.get_slot(CONTACT_SLOT) is not None
        dispatcher.utter_message(
            response="utter_case_contact_known" if is_known else "utter_case_contact",
            buttons=[SKIP_BUTTON] if is_left else [],
        )
        return []


class ActionAskCaseSimilar(BusinessAction):
    """Show the enterprise's own open cases that are like this one."""

    def name(self) -> str:
        return "action_ask_case_similar"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        found = self.services.cases.list_similar(tracker.sender_id, tracker.get_slot(WHAT_SLOT) or "")[:MOST_SIMILAR]
        listed = "\n".join(f"· {case.number}　{case.title}（{STATE_TITLES[case.state]}）" for case in found)
        adding = [
            step_button(f"补充到{case.number}" if len(found) > 1 else "补充到这一件", f"add:{case.number}") for case in found
        ]
        dispatcher.utter_message(
            response="utter_case_similar", cases=listed, buttons=[*adding, step_button("仍要新建", Step.NEW)]
        )
        return []


class ActionAskCaseConfirm(BusinessAction):
    """Show the whole form before it is filed; or ask which item is to be changed."""

    def name(self) -> str:
        return "action_ask_case_confirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        state, form, forms = state_of(tracker), form_of(tracker), self.services.case_forms
        if state is not None and state.editing == CHOOSING:
            dispatcher.utter_message(response="utter_case_which_item", buttons=EDIT_BUTTONS)
            return []
        files = len(forms.list_attachments(tracker.sender_id, state.begun)) if state else 0
        promise = forms.promise(form.type or CaseType.CONSULT, state is not None and state.is_urgent)
        lines = [form.shown(), f"附件：{files}个" if files else "", f"提交以后，会在{promise}答复您。"]
        dispatcher.utter_message(response="utter_case_summary", summary="\n".join(filter(None, lines)), buttons=SUMMARY_BUTTONS)
        return []
