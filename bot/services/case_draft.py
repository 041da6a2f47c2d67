"""What is to be filed as a case, and what must be right about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.business.case import CaseType, Urgency
from bot.business.contact import find_phone
from bot.business.credit_code import is_credit_code
from bot.errors import CaseInvalid
from bot.services.case_settings import CaseSettings

MAX_WHAT, MAX_TEXT, MAX_TITLE, MAX_NAME = 4_000, 500, 60, 64
MAX_LINKS = 30
LINK_KINDS = ("conversation", "task", "article", "case", "attachment", "work_item", "handover")


@dataclass(frozen=True)
class CaseDraft:
    """What is filed; empty = not said."""

    type: str
    what: str
    title: str = ""
    """Empty = the beginning of `what`."""
    subject: str | None = None
    district: str | None = None
    place: str = ""
    since: str = ""
    wish: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    urgency: str = Urgency.NORMAL.value
    credit_code: str | None = None
    """Set by the desk, or by the binding of whoever writes; never by what somebody in a chat says."""
    enterprise_name: str = ""
    links: tuple[tuple[str, str], ...] = ()
    """(kind, target)."""
    client_id: str | None = None
    """What whoever files calls it: filing the same twice is filing once."""


def checked(draft: CaseDraft, settings: CaseSettings) -> CaseDraft:
    """Return the draft tidied. Raises CaseInvalid naming every field that is wrong and what to do about it."""
    texts: dict[str, Any] = {name: clean(getattr(draft, name)) for name in _TEXTS}
    tidy = replace(draft, **texts)
    tidy = replace(tidy, credit_code=(draft.credit_code or "").strip().upper() or None)
    problems = {field: hint for field, is_wrong, hint in _checks(tidy, settings) if is_wrong()}
    if problems:
        raise CaseInvalid(problems)
    phone = find_phone(tidy.contact_phone) or ""
    return replace(tidy, title=tidy.title or short_title(tidy.what), contact_phone=phone)


_TEXTS = ("what", "title", "place", "since", "wish", "contact_name", "contact_phone", "enterprise_name")


def clean(text: str) -> str:
    """Return the text without characters that cannot be shown; line breaks stay."""
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def short_title(what: str) -> str:
    """Return the first sentence, or the beginning of it."""
    line = " ".join(what.split())
    for end in "。！？!?；;\n":
        line = line.split(end)[0] or line
    return line if len(line) <= 30 else f"{line[:29]}…"


def _checks(draft: CaseDraft, settings: CaseSettings) -> list[tuple[str, Callable[[], Any], str]]:
    subjects_hint = "没有这个主题，请重新选择。"
    return [
        ("type", lambda: draft.type not in set(CaseType), "请选择类型：咨询、投诉、求助或建议。"),
        ("urgency", lambda: draft.urgency not in set(Urgency), "请选择是否紧急。"),
        ("what", lambda: not draft.what, "请写明是什么事。"),
        ("what", lambda: len(draft.what) > MAX_WHAT, f"内容请控制在{MAX_WHAT}字以内，其余可以作为附件。"),
        ("title", lambda: len(draft.title) > MAX_TITLE or "\n" in draft.title, f"标题请控制在{MAX_TITLE}字以内，不要换行。"),
        *((name, _too_long(draft, name, MAX_TEXT), f"请控制在{MAX_TEXT}字以内。") for name in ("place", "since", "wish")),
        ("contact_name", _too_long(draft, "contact_name", MAX_NAME), f"称呼请控制在{MAX_NAME}字以内。"),
        ("enterprise_name", _too_long(draft, "enterprise_name", 2 * MAX_NAME), f"企业名称请控制在{2 * MAX_NAME}字以内。"),
        (
            "contact_phone",
            lambda: draft.contact_phone and find_phone(draft.contact_phone) is None,
            "电话号码不对：请填11位手机号，或带区号的座机号。",
        ),
        ("subject", lambda: len(draft.subject or "") > MAX_NAME or not (draft.subject or "a").isprintable(), subjects_hint),
        ("district", lambda: draft.district and draft.district not in settings.districts, "没有这个区县，请重新选择。"),
        (
            "credit_code",
            lambda: draft.credit_code and not is_credit_code(draft.credit_code),
            "统一社会信用代码不对：须为18位，最后一位是校验码，请对照营业执照核对。",
        ),
        (
            "links",
            lambda: len(draft.links) > MAX_LINKS or not all(_is_link(kind, target) for kind, target in draft.links),
            f"关联内容不对，或超过{MAX_LINKS}项。",
        ),
    ]


def _too_long(draft: CaseDraft, name: str, limit: int) -> Callable[[], bool]:
    return lambda: len(getattr(draft, name)) > limit


def _is_link(kind: str, target: str) -> bool:
    return kind in LINK_KINDS and 0 < len(target) <= 200 and target.isprintable()
