"""What happened to a case, in words that the enterprise reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.business.case import CaseState, CaseTransition
from bot.business.case_promise import describe_day
from bot.business.working_calendar import HANGZHOU
from bot.persistence.case_tables import CaseEventRow

_HAPPENED: Mapping[CaseTransition, str] = {
    CaseTransition.ACCEPT: "已受理",
    CaseTransition.REJECT: "不予受理",
    CaseTransition.ASSIGN: "已转部门办理",
    CaseTransition.START: "开始办理",
    CaseTransition.ASK_MORE: "请您补充材料或说明",
    CaseTransition.SUPPLEMENT: "收到补充，继续办理",
    CaseTransition.ANSWER: "已答复",
    CaseTransition.CLOSE: "已办结",
    CaseTransition.WITHDRAW: "已撤回",
    CaseTransition.REOPEN: "重新办理",
}
_BESIDE: Mapping[str, str] = {
    "filed": "已提交",
    "addition": "收到您的补充",
    "rating": "收到您的评价",
    "escalation": "超过承诺日期，已催办",
}


def describe_last_change(visible: Sequence[CaseEventRow], today: date) -> str:
    """Return one sentence on the last thing that the enterprise may know of: 11月23日（周一）已受理。"""
    for event in reversed(visible):
        transition = CaseTransition(event.transition) if event.transition else None
        happened = _HAPPENED.get(transition, "") if transition else _BESIDE.get(event.kind, "")
        if happened:
            return f"{describe_day(event.at.astimezone(HANGZHOU).date(), today)}{happened}。"
    return ""


def state_in_words(state: CaseState, department: str | None) -> str:
    """Return where the case is: 正由市场监管局办理 …"""
    at = f"由{department}" if department else "由综合服务台"
    return {
        CaseState.SUBMITTED: "已提交，等待受理",
        CaseState.ACCEPTED: f"已受理，{at}办理",
        CaseState.ASSIGNED: f"已转给{department or '办理部门'}",
        CaseState.IN_PROGRESS: f"正{at}办理",
        CaseState.WAITING: "等您补充",
        CaseState.ANSWERED: "已答复",
        CaseState.CLOSED: "已办结",
        CaseState.REJECTED: "不予受理",
        CaseState.WITHDRAWN: "已撤回",
    }[state]
