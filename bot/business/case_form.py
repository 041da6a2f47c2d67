"""The form by which a case is told in a chat: its items, and how they are named, checked and shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.business.case import TYPE_TITLES, CaseType
from bot.business.contact import find_phone


class Item(StrEnum):
    """What is asked, in this order."""

    WHAT = "what"
    PLACE = "place"
    SINCE = "since"
    WISH = "wish"
    CONTACT = "contact"
    TYPE = "type"


ITEM_TITLES: Mapping[Item, str] = {
    Item.WHAT: "诉求",
    Item.PLACE: "地点",
    Item.SINCE: "开始时间",
    Item.WISH: "希望",
    Item.CONTACT: "联系方式",
    Item.TYPE: "类别",
}
OPTIONAL = frozenset({Item.PLACE, Item.SINCE, Item.WISH})
MAX_CHARACTERS: Mapping[Item, int] = {Item.WHAT: 2000, Item.PLACE: 200, Item.SINCE: 100, Item.WISH: 500}
ENOUGH_TO_SAY = 4
"""Letters from which words can be a matter."""
MAX_NAME = 20
NOT_SAID = "（没有填）"


@dataclass(frozen=True)
class Contact:
    """How to reach somebody; both empty = in this chat."""

    phone: str = ""
    name: str = ""


_LETTER = re.compile(r"\w")
_NAME = re.compile(
    r"联系人|联系(?:方式|电话)|(?:我的?)?(?:电话|手机号?码?|号码|名字|姓名)|我(?:姓|叫|是)|叫我|找|[是:：,，。、;；()（）\s]"
)
_TYPES: tuple[tuple[CaseType, str], ...] = (
    (CaseType.COMPLAINT, r"投诉|举报|乱收|乱罚|不作为|刁难|吃拿卡要|拖着不办|推诿|踢皮球|违规|强制|不合理收费"),
    (CaseType.SUGGESTION, r"建议|提个意见|意见和建议|建言"),
    (CaseType.HELP, r"求助|帮我们?协调|帮忙(?:协调|解决)|请(?:帮|求|协调)|协调解决|遇到困难|派人"),
    (CaseType.CONSULT, r"咨询|想问|想了解|请问"),
)
_ASK_ONLY: Mapping[CaseType, str] = {
    CaseType.CONSULT: r"咨询|问问题|问一下|第?[1一]",
    CaseType.COMPLAINT: r"投诉|举报|第?[2二]",
    CaseType.HELP: r"求助|帮忙|帮助|解决|第?[3三]",
    CaseType.SUGGESTION: r"建议|意见|第?[4四]",
}


def type_of(text: str) -> CaseType | None:
    """Return the type that the normalised matter tells by itself, None when it must be asked."""
    return next((kind for kind, words in _TYPES if re.search(words, text)), None)


def chosen_type(text: str) -> CaseType | None:
    """Return the type that the normalised answer names."""
    return next((kind for kind, words in _ASK_ONLY.items() if re.search(words, text)), None)


def matter_from(text: str) -> str | None:
    """Return the text fit to be a matter; None when it says too little."""
    kept = text.strip()[: MAX_CHARACTERS[Item.WHAT]]
    return kept if len(_LETTER.findall(kept)) >= ENOUGH_TO_SAY else None


def contact_from(text: str) -> Contact | None:
    """Return number and name out of the text, None without a number that can be called."""
    phone = find_phone(text)
    if phone is None:
        return None
    name = _NAME.sub("", re.sub(r"[+\d][\d\- ]{6,}", " ", unicodedata.normalize("NFKC", text)))
    return Contact(phone, name if 0 < len(name) <= MAX_NAME and not re.search(r"\d", name) else "")


def district_in(text: str, districts: Iterable[str]) -> str | None:
    """Return the district the text names, with or without 区, 县, 市; None when none or several."""
    found = {name for name in districts if name in text or (len(name) > 2 and name[:-1] in text)}
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True)
class CaseForm:
    """What was said so far; None = not asked yet, "" = left out."""

    what: str | None = None
    place: str | None = None
    since: str | None = None
    wish: str | None = None
    contact: Contact | None = None
    type: CaseType | None = None

    def shown(self) -> str:
        """Return the items as numbered lines, as `NTH` counts them."""
        contact = self.contact or Contact()
        values = {
            Item.WHAT: self.what,
            Item.PLACE: self.place,
            Item.SINCE: self.since,
            Item.WISH: self.wish,
            Item.CONTACT: " ".join(filter(None, (contact.name, contact.phone))) or "在这个对话里联系我",
            Item.TYPE: TYPE_TITLES[self.type] if self.type else "",
        }
        return "\n".join(f"{n}. {ITEM_TITLES[item]}：{values[item] or NOT_SAID}" for n, item in enumerate(Item, start=1))


NTH: Mapping[str, Item] = {digit: item for digits in ("123456", "一二三四五六") for digit, item in zip(digits, Item, strict=True)}
