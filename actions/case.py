"""Actions on cases: the end of the form, where a case stands, and what the enterprise may do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import FAILURES_SLOT, BusinessAction, entity_of
from actions.case_questions import RESUME_BUTTON
from actions.case_slots import (
    ADD,
    CANCEL,
    CONFIRM_SLOT,
    FORM,
    REQUESTED,
    FormState,
    everything_forgotten,
    form_of,
    slots,
    state_of,
)
from bot.business.case import STATE_TITLES, TYPE_TITLES, CaseTransition, CaseType, Urgency
from bot.business.case_form import CaseForm, Contact, district_in
from bot.business.case_talk import added_text, asks_for_list, find_case_number, reason_in, score_in
from bot.errors import CaseChangeRefused, CaseInvalid, CaseNotFound, StoreUnavailable
from bot.services.case_chat import CaseBrief
from bot.services.case_draft import CaseDraft
from bot.services.case_words import state_in_words
from knowledge.normalise import normalise

NEW_BUTTON = {"title": "登记诉求", "payload": "/file_case"}
REFUSED = {
    "reopened_before": "一件诉求只能重新办理一次，这一件已经重新办理过了，有新情况可以登记一件新的",
    "needs_text": "请把原因写上",
    "too_late": "已经过了可以重新办理的时间，可以登记一件新的",
    "already_so": "这件诉求已经评价过了，谢谢您",
}


class ActionFileCase(BusinessAction):
    """Do what the form ended with: file it, add it to an open case, or forget it."""

    def name(self) -> str:
        return "action_file_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        how, state, form = str(tracker.get_slot(CONFIRM_SLOT) or CANCEL), state_of(tracker), form_of(tracker)
        if how == CANCEL or state is None or not form.what:
            dispatcher.utter_message(response="utter_case_cancelled", buttons=[NEW_BUTTON])
            return slots(everything_forgotten())
        try:
            self._file(dispatcher, tracker, how, state, form)
        except CaseInvalid as invalid:
            return _asked_once_more(dispatcher, "utter_case_invalid", problems=problems_of(invalid))
        except CaseNotFound:
            return _asked_once_more(dispatcher, "utter_case_not_found")
        except CaseChangeRefused:
            return _asked_once_more(dispatcher, "utter_case_refused", reason="这一件已经办完，不能再补充了，可以新建一件")
        except StoreUnavailable:
            return _asked_once_more(dispatcher, "utter_case_not_filed")
        return [*slots(everything_forgotten()), SlotSet(FAILURES_SLOT, 0)]

    def _file(self, dispatcher: CollectingDispatcher, tracker: Tracker, how: str, state: FormState, form: CaseForm) -> None:
        where = tracker.sender_id
        links = tuple(("attachment", file) for file in self.services.case_forms.list_attachments(where, state.begun))
        if how.startswith(ADD):
            case = self.services.cases.add(where, how.removeprefix(ADD), form.shown(), links=links)
            dispatcher.utter_message(response="utter_case_added", number=case.number)
            return
        case = self.services.cases.file(where, draft_of(form, state, where, links, self.services.case_forms.districts))
        is_known = self.services.cases.caller(where) is not None
        dispatcher.utter_message(
            response="utter_case_filed" if is_known else "utter_case_filed_unbound",
            number=case.number,
            promise=self.services.case_forms.describe(case.due_on, case.due_provisional),
        )


def draft_of(
    form: CaseForm, state: FormState, where: str, links: tuple[tuple[str, str], ...], districts: tuple[str, ...]
) -> CaseDraft:
    contact = form.contact or Contact()
    return CaseDraft(
        type=(form.type or CaseType.CONSULT).value,
        what=form.what or "",
        subject=state.subject,
        district=district_in(form.place or "", districts) or district_in(form.what or "", districts),
        place=form.place or "",
        since=form.since or "",
        wish=form.wish or "",
        contact_name=contact.name,
        contact_phone=contact.phone,
        urgency=(Urgency.URGENT if state.is_urgent else Urgency.NORMAL).value,
        links=links,
        client_id=f"form:{where}:{state.begun_at}",
    )


def problems_of(invalid: CaseInvalid) -> str:
    return "；".join(hint.rstrip("。") for hint in invalid.problems.values())


def _asked_once_more(dispatcher: CollectingDispatcher, response: str, **words: str) -> list[EventType]:
    """Say what went wrong, and open the form again at its summary."""
    dispatcher.utter_message(response=response, buttons=[RESUME_BUTTON], **words)
    return [SlotSet(CONFIRM_SLOT, None), ActiveLoop(FORM), SlotSet(REQUESTED, CONFIRM_SLOT)]


class ActionCaseStep(BusinessAction):
    """A button of a form that is over."""

    def name(self) -> str:
        return "action_case_step"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_case_step_late", buttons=[NEW_BUTTON])
        return []


class CaseAction(BusinessAction):
    """Something only the enterprise's own people may do; everyone else hears how to become one, whatever there is."""

    is_abstract = True

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        text = tracker.latest_message.get("text") or ""
        number = entity_of(tracker, "case_number") or find_case_number(text)
        if self.services.cases.caller(tracker.sender_id) is None:
            self.services.cases.note_stranger(tracker.sender_id, number)
            dispatcher.utter_message(response="utter_case_bind")
            return []
        try:
            self.do(dispatcher, tracker.sender_id, find_case_number(number) if number else None, text, tracker)
        except CaseNotFound:
            dispatcher.utter_message(response="utter_case_not_found")
        except CaseChangeRefused as refused:
            reason = REFUSED.get(refused.reason) or "这件诉求现在的状态不能这样办"
            dispatcher.utter_message(response="utter_case_refused", reason=reason)
        except CaseInvalid as invalid:
            dispatcher.utter_message(response="utter_case_invalid", problems=problems_of(invalid))
        return [SlotSet(FAILURES_SLOT, 0)]

    def do(self, dispatcher: CollectingDispatcher, where: str, number: str | None, text: str, tracker: Tracker) -> None:
        raise NotImplementedError


class ActionCheckCase(CaseAction):
    """Say where a case stands: that of the number, or the last one; or list them."""

    def name(self) -> str:
        return "action_check_case"

    def do(self, dispatcher: CollectingDispatcher, where: str, number: str | None, text: str, tracker: Tracker) -> None:
        if number is None and asks_for_list(normalise(text)):
            self._list(dispatcher, where)
            return
        case = self.services.cases.status(where, number)
        promise = self.services.case_forms.describe(case.due_on, case.due_provisional)
        dispatcher.utter_message(response="utter_case_status", status=_status(case, promise), buttons=_buttons(case))

    def _list(self, dispatcher: CollectingDispatcher, where: str) -> None:
        cases = self.services.cases.list_mine(where)
        if not cases:
            raise CaseNotFound
        lines = [f"· {case.number}　{case.title}：{STATE_TITLES[case.state]}" for case in cases]
        payloads = [(case.number, f'/check_case{{"case_number": "{case.number}"}}') for case in cases]
        buttons = [{"title": f"看{number}", "payload": payload} for number, payload in payloads]
        dispatcher.utter_message(response="utter_case_list", cases="\n".join(lines), buttons=buttons)


class ActionCaseAdd(CaseAction):
    """Add words to a case: 补充：…"""

    def name(self) -> str:
        return "action_case_add"

    def do(self, dispatcher: CollectingDispatcher, where: str, number: str | None, text: str, tracker: Tracker) -> None:
        added = added_text(text)
        if added is None:
            case = self.services.cases.status(where, number)
            dispatcher.utter_message(response="utter_case_how_to_add", number=case.number)
            return
        case = self.services.cases.add(where, number, added)
        dispatcher.utter_message(response="utter_case_added", number=case.number)


class ActionCaseRate(CaseAction):
    """Take a score of one to five: 给诉求5分, or a button."""

    def name(self) -> str:
        return "action_case_rate"

    def do(self, dispatcher: CollectingDispatcher, where: str, number: str | None, text: str, tracker: Tracker) -> None:
        pressed = entity_of(tracker, "case_rating") or ""
        score = int(pressed[-1]) if pressed[-1:] in tuple("12345") else score_in(normalise(text))
        number = find_case_number(pressed) or number
        if score is None:
            dispatcher.utter_message(
                response="utter_case_how_to_rate", buttons=_rating(self.services.cases.status(where, number))
            )
            return
        case = self.services.cases.rate(where, number, score, "")
        dispatcher.utter_message(response="utter_case_rated" if score > 2 else "utter_case_rated_low", buttons=_reopening(case))


class ActionCaseReopen(CaseAction):
    """Have a case dealt with again, once."""

    def name(self) -> str:
        return "action_case_reopen"

    def do(self, dispatcher: CollectingDispatcher, where: str, number: str | None, text: str, tracker: Tracker) -> None:
        case = self.services.cases.reopen(where, number, reason_in(text))
        promise = self.services.case_forms.describe(case.due_on, case.due_provisional)
        dispatcher.utter_message(response="utter_case_reopened", number=case.number, promise=promise)


class ActionCaseWithdraw(CaseAction):
    """Take a case back, after asking once."""

    def name(self) -> str:
        return "action_case_withdraw"

    def do(self, dispatcher: CollectingDispatcher, where: str, number: str | None, text: str, tracker: Tracker) -> None:
        confirmed = entity_of(tracker, "case_confirmed")
        if confirmed:
            case = self.services.cases.withdraw(where, find_case_number(confirmed) or confirmed)
            dispatcher.utter_message(response="utter_case_withdrawn", number=case.number)
            return
        case = self.services.cases.status(where, number)
        if CaseTransition.WITHDRAW not in case.can:
            raise CaseChangeRefused("not_from_here", CaseTransition.WITHDRAW, case.state)
        confirm = {"title": "确认撤回", "payload": f'/case_withdraw{{"case_confirmed": "{case.number}"}}'}
        dispatcher.utter_message(response="utter_case_withdraw_confirm", number=case.number, title=case.title, buttons=[confirm])


def _status(case: CaseBrief, promise: str) -> str:
    state = state_in_words(case.state, case.department_title)
    lines = [
        f"{case.number}（{TYPE_TITLES[case.type]}：{case.title}）",
        f"现在：{state}。",
        case.last_change and f"最近：{case.last_change}",
    ]
    if case.state.runs:
        lines.append("已经超过承诺的日期，很抱歉，我们在催办。" if case.is_overdue else f"会在{promise}答复您。")
    if case.answer:
        lines.append(f"答复：{case.answer}")
    return "\n".join(filter(None, lines))


def _buttons(case: CaseBrief) -> list[dict[str, str]]:
    """Return what the enterprise may do now; the words of each are enough where nothing can be pressed."""
    buttons: list[dict[str, str]] = []
    if case.can_rate:
        buttons += _rating(case)
    buttons += _reopening(case)
    if not case.state.is_over:
        buttons.append({"title": "补充", "payload": f'/case_add{{"case_number": "{case.number}"}}'})
    if CaseTransition.WITHDRAW in case.can:
        buttons.append({"title": "撤回诉求", "payload": f'/case_withdraw{{"case_number": "{case.number}"}}'})
    return buttons


def _rating(case: CaseBrief) -> list[dict[str, str]]:
    titles: Callable[[int], str] = lambda score: {5: "5分 很满意", 3: "3分 一般", 1: "1分 不满意"}[score]  # noqa: E731
    return [{"title": titles(score), "payload": f'/case_rate{{"case_rating": "{case.number}:{score}"}}'} for score in (5, 3, 1)]


def _reopening(case: CaseBrief) -> list[dict[str, Any]]:
    if CaseTransition.REOPEN not in case.can:
        return []
    return [{"title": "没解决，重新办理", "payload": f'/case_reopen{{"case_number": "{case.number}"}}'}]
