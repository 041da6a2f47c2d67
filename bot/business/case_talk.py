"""Words about a case that was filed: its number, what is to be added, a rating, and which of these somebody wants."""

from __future__ import annotations

import re
import unicodedata

_ASKS = re.compile(r"[?？吗]|怎么|怎样|如何|多久|哪里|什么")
_NUMBER = re.compile(r"y\s*s[\s\-_.:：#]*((?:\d[\s\-_.]*){7,13}\d)|(?<!\d)(20\d{2}(?:[\s\-_.]*\d){10})(?!\d)", re.IGNORECASE)
_ADD = re.compile(
    r"^\s*(?:我?(?:想|要|再)?\s*(?:给|对|往)?\s*(?:我的|上次的?|这件|这个|那个)?\s*(?:诉求|工单)?\s*)?(?:补充|追加)"
    r"(?:一下|说明|材料|内容|情况|诉求|一点|到诉求)*\s*"
    r"(?:y\s*s[\d\s\-]+)?[:：,，]\s*(?P<text>.+)$",
    re.DOTALL | re.IGNORECASE,
)
_REOPEN = re.compile(
    r"(?:没有?解决|不满意|没有?办好|没有?处理好).{0,12}(?:重新?办|重办|重开|再办)|^重新办理(?:诉求|工单)?\s*(?:[:：,，]|ys|$)|重新办理(?:我的|这个|那个|上次的?)?(?:诉求|工单)"
)
_WITHDRAW = re.compile(
    r"(?:撤回|撤销|撤掉|取消)(?:我的?|这个|那个|上次(?:提)?的?|已经?提交的?)*(?:诉求|工单|单子|ys)|(?:诉求|工单).{0,8}(?:撤回|撤销|撤了|不要了)"
)
_RATE = re.compile(
    r"(?:诉求|工单|办理结果|处理结果|答复|ys\s*\d+).{0,12}?(?P<a>[1-5一二三四五])\s*(?:分|星|颗星)|(?:评|打|给)\s*(?P<b>[1-5一二三四五])\s*(?:分|星).{0,8}(?:诉求|工单|答复)"
)
_LIST = re.compile(
    r"(?:查看?|看看?|看一下|列出)?(?:一下)?我(?:们)?(?:公司)?(?:的)?(?:全部|所有)?(?:提过的|登记过的|登记的)?"
    r"(?:诉求|工单)(?:列表|记录|有哪些)?[。?？ ]*|所有(?:的)?诉求|诉求列表"
)
_POLITE = r"(?:请|请你们?|麻烦|帮我|帮忙|给我|我要|我想要?|我来|想|要)*"
_FILE = (
    re.compile(rf"^{_POLITE}(?:登记|提交|上报|立案)(?:一下)?(?:一?[个件条])?(?:诉求|工单|问题|情况|建议|投诉)?\s*[:：]"),
    re.compile(
        rf"^{_POLITE}(?:重新|再)?(?:登记|提交?|立|新建)(?:一下)?(?:一?[个件条])?(?:新的?)?(?:诉求|工单)(?:[,，:：。! ]|$)"
    ),
    re.compile(r"(?:[,，。! ]|请|帮我|给我|帮忙)(?:登记|立案)(?:一下|下)?(?:诉求|吧|谢谢)?[。.!！ ]*$"),
)
_SCORES = {char: score for score, char in enumerate("一二三四五", start=1)}


def find_case_number(text: str) -> str | None:
    """Return the number somebody wrote, in one piece and capitals, whatever stands between its digits."""
    match = _NUMBER.search(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    return "YS" + re.sub(r"\D", "", match.group(1) or match.group(2))


def added_text(text: str) -> str | None:
    """Return what follows 补充：, None when nothing does."""
    match = _ADD.match(text)
    return match.group("text").strip() or None if match else None


def score_in(text: str) -> int | None:
    """Return the 1 to 5 that a filed case is given in these normalised words."""
    match = _RATE.search(_NUMBER.sub(" ", text, count=1))
    if match is None:
        return None
    said = match.group("a") or match.group("b")
    return _SCORES.get(said) or int(said)


def reason_in(text: str) -> str:
    """Return what follows the colon in 重新办理 YS…：原因, the whole text without one."""
    _, colon, reason = text.replace("：", ":").partition(":")
    return reason.strip() if colon and reason.strip() else text


def asks_for_list(text: str) -> bool:
    return _LIST.fullmatch(text.strip()) is not None


def case_intent(text: str) -> str | None:
    """Return the intent of normalised words that a classifier must not be left to guess, because free text follows."""
    if added_text(text):
        return "case_add"
    if score_in(text):
        return "case_rate"
    if _REOPEN.search(text):
        return "case_reopen"
    if _WITHDRAW.search(text):
        return "case_withdraw"
    if asks_for_list(text):
        return "check_case"
    return "file_case" if any(words.search(text) for words in _FILE) and not _ASKS.search(text) else None
