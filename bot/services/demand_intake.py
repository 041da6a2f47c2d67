"""What counts as a demand: a filed case, and a question that the assistant had no answer to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.business.case import CaseState
from bot.business.masking import mask_personal_data
from bot.business.payload import SHOW_PASSAGE, parse_payload
from bot.persistence import demands
from bot.persistence.case_tables import CaseRow
from bot.persistence.database import Session
from bot.persistence.demands import CASE, QUESTION, Place
from bot.persistence.tables import MessageRow
from knowledge.normalise import normalise

CASES_SETTLE, QUESTIONS_SETTLE = timedelta(seconds=15), timedelta(minutes=10)
"""How old they are when they are looked at: what was begun earlier is stored by then, and a question that the offered buttons
answered is known as answered."""
NOT_UNDERSTOOD = frozenset({None, "nlu_fallback", "unclear"})
"""Intents of a message that was a question, as far as anybody can tell."""
SHORTEST_QUESTION = 6
"""Letters; less is no question that could be about the same as another."""
TEXT_AT_MOST = 1_000
NOT_ASKED = frozenset({CaseState.REJECTED, CaseState.WITHDRAWN})


@dataclass(frozen=True)
class Asked:
    """Somebody's demand, as it is kept."""

    kind: str
    reference: str
    subject: str
    district: str
    text: str
    """Without personal data."""
    asker: str
    """The credit code, else what else tells one asker from another."""
    conversation_id: str | None
    at: datetime


@dataclass(frozen=True)
class Batch:
    """What came in after a place, and up to where that was looked at."""

    asked: Sequence[Asked]
    until: Place
    is_full: bool
    """Whether there may be more."""


def read_cases(session: Session, place: Place, now: datetime, limit: int) -> Batch | None:
    """Return the cases filed after the place; None when there are none."""
    rows = demands.list_cases_after(session, place, now - CASES_SETTLE, limit)
    if not rows:
        return None
    codes = demands.credit_codes_of(session, {row.conversation_id for row in rows if row.conversation_id}, now)
    known = demands.list_enterprises(session, {row.credit_code for row in rows if row.credit_code} | set(codes.values()))
    asked = []
    for row in rows:
        if row.state in NOT_ASKED or not row.what.strip():
            continue
        code = row.credit_code or codes.get(row.conversation_id or "")
        enterprise = known.get(code or "")
        district = row.district or (enterprise.district if enterprise else None) or ""
        text = _evidence(row.what if row.what.startswith(row.title.rstrip("…")) else f"{row.title}：{row.what}")
        asker = code or _asker_of(row)
        asked.append(Asked(CASE, row.id, row.subject or "", district, text, asker, row.conversation_id, row.filed_at))
    return Batch(asked, Place(rows[-1].filed_at, rows[-1].id), len(rows) == limit)


def read_questions(session: Session, place: Place, now: datetime, limit: int, districts: Collection[str]) -> Batch | None:
    """Return the questions left open after the place; None when there was nothing to look at."""
    replies = demands.list_open_replies_after(session, place, now - QUESTIONS_SETTLE, limit)
    if not replies:
        return None
    open_ = {row.reply_to: row for row in replies if row.reply_to and (row.intent or {}).get("name") in NOT_UNDERSTOOD}
    messages = demands.list_messages(session, [each for each in open_ if each])
    questions = [row for row in messages.values() if _is_question(row) and not _was_answered_by_button(session, row)]
    codes = demands.credit_codes_of(session, {row.conversation_id for row in questions}, now)
    known = demands.list_enterprises(session, codes.values())
    asked = []
    for row in sorted(questions, key=lambda each: (each.at, each.id)):
        code = codes.get(row.conversation_id)
        enterprise = known.get(code or "")
        district = _district_in(row.text, districts) or (enterprise.district if enterprise else None) or ""
        asker = code or f"conversation:{row.conversation_id}"
        subject = _subject_offered(open_[row.id])
        asked.append(Asked(QUESTION, row.id, subject, district, _evidence(row.text), asker, row.conversation_id, row.at))
    return Batch(asked, Place(replies[-1].at, replies[-1].id), len(replies) == limit)


def _asker_of(case: CaseRow) -> str:
    if case.conversation_id:
        return f"conversation:{case.conversation_id}"
    if case.enterprise_name.strip():
        return f"name:{case.enterprise_name.strip()}"[:160]
    if case.contact_phone:
        return f"phone:{hashlib.sha256(case.contact_phone.encode()).hexdigest()[:32]}"
    return f"case:{case.id}"


def _evidence(text: str) -> str:
    """Return the text as agents may see it: short, printable, without personal data."""
    masked = mask_personal_data("".join(char for char in text if char.isprintable() or char == "\n"))
    return masked if len(masked) <= TEXT_AT_MOST else f"{masked[: TEXT_AT_MOST - 1]}…"


def _is_question(message: MessageRow) -> bool:
    letters = sum(char.isalpha() for char in message.text)
    return message.sender == "user" and message.payload is None and letters >= SHORTEST_QUESTION


def _was_answered_by_button(session: Session, message: MessageRow) -> bool:
    """Whether the user found what they meant among the offered buttons."""
    following = demands.find_next_said(session, message)
    chosen = parse_payload(following.payload) if following and following.payload else None
    return chosen is not None and chosen.intent in ("choose_subject", SHOW_PASSAGE)


def _subject_offered(reply: MessageRow) -> str:
    """Return the likeliest subject: that of the first button; "" when none was likely."""
    offered = [parse_payload(button["payload"]) for button in reply.buttons or []]
    return next((each.value or "" for each in offered if each and each.intent == "choose_subject"), "")


def _district_in(text: str, districts: Collection[str]) -> str | None:
    said = normalise(text)
    return next((each for each in districts if each in said or (len(each) > 2 and each[:-1] in said)), None)
