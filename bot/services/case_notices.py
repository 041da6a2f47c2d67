"""What an enterprise is told about its case. Each text says what is so, and what it can do."""

from __future__ import annotations

from bot.services.handover_notices import Notice

QUOTED = 600
"""Characters of an answer or a reason that a notice shows; WeChat cuts long messages."""


def _name(number: str, title: str) -> str:
    return f"您的诉求{number}（{title}）"


def accepted(number: str, title: str, promise: str) -> Notice:
    return Notice(f"{_name(number, title)}已受理，会在{promise}答复您。")


def rejected(number: str, title: str, reason: str) -> Notice:
    return Notice(f"很抱歉，{_name(number, title)}不能受理。原因：{_short(reason)}\n有疑问可以回复“转人工”，或拨打12345。")


def assigned(number: str, title: str, department: str, promise: str) -> Notice:
    return Notice(f"{_name(number, title)}已转给{department}办理，会在{promise}答复您。")


def asked_more(number: str, title: str, question: str, can_add_here: bool) -> Notice:
    how = f"请回复“补充 {number}：”加上您要补充的内容" if can_add_here else "请回复“转人工”，由工作人员帮您补充"
    return Notice(f"办理{_name(number, title)}还需要您补充：{_short(question)}\n{how}。等待补充的时间不计入办理时间。")


def answered(number: str, title: str, by: str, answer: str, can_react: bool, reopen_days: int) -> Notice:
    text = f"{_name(number, title)}有答复了。\n{by}答复：{_short(answer)}"
    if not can_react:
        return Notice(f"{text}\n还有疑问可以回复“转人工”。")
    ways = (
        f"满意的话可以回复“给诉求{number}5分”；没有解决，{reopen_days}个工作日内可以回复“重新办理 {number}：”加上原因，限一次。"
    )
    return Notice(f"{text}\n{ways}")


def closed(number: str, title: str, result: str | None) -> Notice:
    how = f"，结果：{result}" if result else ""
    return Notice(f"{_name(number, title)}已办结{how}。感谢您的反映。")


def withdrawn(number: str, title: str) -> Notice:
    return Notice(f"{_name(number, title)}已撤回，不再办理。")


def reopened(number: str, title: str, promise: str) -> Notice:
    return Notice(f"{_name(number, title)}已重新办理，会在{promise}答复您。")


def filed_by_desk(number: str, title: str, promise: str) -> Notice:
    return Notice(f"已为您登记诉求{number}（{title}），会在{promise}答复您。")


def late(number: str, title: str, day: str) -> Notice:
    return Notice(f"{_name(number, title)}原定{day}前答复，现在还没有办好，很抱歉。已经催办，有进展马上告诉您。")


def moved(number: str, title: str, promise: str) -> Notice:
    return Notice(f"{_name(number, title)}的答复时间调整为{promise}。")


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
