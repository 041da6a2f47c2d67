"""What somebody means while a form is open: an answer, a correction, a step such as 跳过, or a question of another kind.

All texts are normalised ones; places are offsets into them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.business.case_form import NTH, Item
from bot.business.confidence import SURE
from bot.business.contact import find_phone


class Step(StrEnum):
    """What is not an answer but moves the form. Buttons say it by this name."""

    CANCEL = "cancel"
    RESUME = "resume"
    SKIP = "skip"
    SUBMIT = "submit"
    EDIT = "edit"
    NEW = "new"
    """File although there is a similar case."""


_ENDING = r"(?:吧|了|啊|呀|哦|哈|呢|谢谢|好吗|[。.!！~,， ])*"
_STEPS: Mapping[Step, re.Pattern[str]] = {
    step: re.compile(f"(?:{words}){_ENDING}")
    for step, words in (
        (
            Step.CANCEL,
            r"(?:那|还是|好了?)?[,， ]*(?:算了?|不了)?[,， ]*(?:(?:我)?(?:先|暂时)?"
            r"(?:不|别|不想|不要|不用)(?:再)?(?:登记|填|弄|提交|报|办|写|搞|提)"
            r"|取消|退出|放弃|作废|不要了|算了)(?:这次|本次|这个)?(?:登记|填写|提交|诉求)?",
        ),
        (Step.RESUME, r"(?:那|好)?(?:我们)?(?:继续|接着|回到)(?:刚才的?)?(?:登记|填写?|说|填表|办|诉求)?(?:诉求)?"),
        (
            Step.SKIP,
            r"跳过|略过|不(?:知道|清楚|确定|记得|说|填|写|方便说)|说不清楚?|记不清楚?|没有?|无|没有(?:地点|要求|具体)?(?:时间|地点|要求)?|忘记?|随便|都可以|都行"
            r"|下一(?:个|项|步|题)|不用(?:填|写|说)?|暂时?(?:没有|不填)|空着|pass|skip|不填这(?:个|项)|保留(?:原来的)?|不改了?",
        ),
        (
            Step.SUBMIT,
            r"(?:好|可以|行|对|嗯|没问题|确认|确定|都对)?(?:的)?[,， ]*(?:就这样)?(?:请)?(?:帮我)?"
            r"(?:提交|确认提交|确认|递交|上报|报上去)(?:诉求|工单)?(?:一下)?",
        ),
        (
            Step.EDIT,
            r"(?:我要|我想|要|想)?(?:改|修改|更改|更正)(?:一下|下|点|一点|内容|几项|一项|东西)*|要改|有错误?|有(?:一|几)?(?:项|处)不对",
        ),
        (
            Step.NEW,
            r"(?:不是|不一样|不同)?[,， ]*(?:这是|是)?(?:仍|还是|仍然)?要?(?:新建|新的|另外的|另一件事?|新登记|重新登记一件)",
        ),
    )
}
_YES = re.compile(rf"(?:好|好的|对|对的|是|是的|可以|行|嗯+|恩|没错|没问题|都对|ok|yes|就这样|要|要的|当然){_ENDING}")
_NO = re.compile(rf"(?:不|不要|不用|不用了|不需要|否|no|没有必要){_ENDING}")


def step_in(text: str) -> Step | None:
    """Return the step the whole text is."""
    return next((step for step, words in _STEPS.items() if words.fullmatch(text.strip())), None)


def is_yes(text: str) -> bool:
    return _YES.fullmatch(text.strip()) is not None


def is_no(text: str) -> bool:
    return _NO.fullmatch(text.strip()) is not None


@dataclass(frozen=True)
class Correction:
    """`item` None = the one said last; `value_at` None = the new value is still to be asked."""

    item: Item | None
    value_at: int | None


_NAMES: Mapping[Item, str] = {
    Item.CONTACT: r"联系(?:方式|电话|人)|(?:手机|电话)号码?|电话|手机|号码|姓名|名字|称呼",
    Item.PLACE: r"地点|地址|位置|地方|所在区",
    Item.SINCE: r"开始(?:的)?时间|时间|日期",
    Item.WISH: r"希望怎么解决|希望|要求|期望",
    Item.TYPE: r"诉求类别|诉求类型|类别|类型|分类",
    Item.WHAT: r"诉求内容|内容|事情|情况|诉求|问题",
}
_ITEM = (
    r"(?:第(?P<nth>[1-6一二三四五六])(?:项|条|个|点)|" + "|".join(f"(?P<{item}>{words})" for item, words in _NAMES.items()) + ")"
)
_ITEM_ALONE = re.compile(rf"(?:改|我要改)?{_ITEM}(?:吧)?[。.!！]*")
_WRONG = r"(?:(?:不对|不是|等等|等一下|错了|哎|啊)[,，。!！ ]*)?"
_BECOMES = r"[,，。;；!！ ]*(?:应该)?(?:而?是|改成|改为|换成|更正为|成|为)?[:： ]*"
_MUST_BECOME = r"[,，。;；!！ ]*(?:应该是|应为|改成|改为|换成|更正为|改到|:|：|为|成)[:： ]*"
_VALUE = r"(?P<value>.*)$"
_CORRECTIONS = (
    re.compile(
        rf"^{_WRONG}(?:请|帮我|麻烦|我要|我想|想|要)*(?:改|修改|更正|换|更改)(?:一下|下|个)?(?:我的|我)?{_ITEM}(?:吧)?(?:{_MUST_BECOME}{_VALUE}|[。.!！]*$)"
    ),
    re.compile(
        rf"^{_WRONG}(?:把|刚才(?:的|说的)?|我的)*{_ITEM}(?:不对|错了|(?:写|填|说|打)错了|有误|有问题|要改|(?:需要)?改一?下)"
        rf"(?:吧|了)?{_BECOMES}{_VALUE}"
    ),
    re.compile(
        rf"^{_WRONG}(?:请|帮我)?(?:把|刚才(?:的|说的)?|我的)*{_ITEM}(?:应该是|应为|改成|改为|换成|更正为|改到)[:： ]*{_VALUE}"
    ),
)
_AT_SUMMARY = re.compile(
    rf"^{_WRONG}(?:把|我的)*{_ITEM}(?:不是[^,，。]{{1,12}}[,，。 ]+(?:应该|而)?是|应该是|是|:|：|写|填|加上)[:： ]*{_VALUE}"
)
_LAST = (
    re.compile(rf"^{_WRONG}(?:是)?我?(?:刚才|刚刚|前面|上面|上一?条)?我?(?:说|写|填|打|讲|弄|发|输)错了{_BECOMES}{_VALUE}"),
    re.compile(rf"^(?:不对|错了|不是的?)[,，。!！ ]+(?:应该)?是[:： ]*{_VALUE}"),
)


def correction_in(text: str, at_summary: bool) -> Correction | None:
    """Return which item the text corrects, None when it does not."""
    for pattern in (*_CORRECTIONS, *((_AT_SUMMARY,) if at_summary else ()), *_LAST):
        if match := pattern.match(text.strip()):
            value = match.group("value")
            at = match.start("value") if value and value.strip(" 。.!！") else None
            if at is not None and asks(value):
                continue  # 地址改成网上的要多久: a question in which the word only occurs
            return Correction(_item_of(match), at)
    return None


def item_named(text: str) -> Item | None:
    """Return the item whose name, or number, the whole text is."""
    match = _ITEM_ALONE.fullmatch(text.strip())
    return _item_of(match) if match else None


def _item_of(match: re.Match[str]) -> Item | None:
    groups = match.groupdict()
    if groups.get("nth"):
        return NTH[groups["nth"]]
    return next((item for item in Item if groups.get(item.value)), None)


_ASKS = re.compile(
    r"怎么|怎样|如何|多久|多少|几点|几天|几号|哪里|哪儿|哪些|哪个|什么|为什么|为啥|咋|谁"
    r"|是不是|要不要|能不能|可不可以|可以.{0,12}吗|有没有|能否|是否|吗[?？。 ]*$|呢[?？。 ]*$|[?？][ ]*$"
)
_STRICTLY_ASKS = re.compile(r"怎么|怎样|如何|多久|多少钱|几点|几天|哪里|哪儿|哪些|什么|为什么|为啥|咋")
_TIME = re.compile(
    r"\d|[上去今前昨]个?[年月周天日]|[一二两三四五六七八九十半几]个?(?:多)?[年月周天日]|星期|礼拜|最近|一直|以来|刚刚?|以前|月初|月底|年初|年底|春节|国庆|开始|从|疫情|去年|至今"
)
_POLITE_WISH = re.compile(r"希望|请|帮|尽快|能不能|可不可以|能否|可以.*吗|想|要求|应该|退|赔")
_ABOUT_NUMBERS = re.compile(r"电话|手机|号码|联系方式|隐私|泄露")
"""为什么要电话 is answered by what the question is asked for, beside it."""
_OWN_MATTER = re.compile(r"我们|我司|我公司|我店|我厂|我家|我的|本公司|[。;；].|[,，].{6,}")
ALWAYS = frozenset({"danger", "distress", "fraud_victim"})
"""Come first, however little is certain."""
BUTTONS = frozenset({"choose_subject", "show_passage"})
URGENT = "urgent_harm"
"""As a matter it is one to be written down, as an urgent one; at any other time somebody must be called."""
COURTESIES = frozenset({"greet", "thank", "goodbye", "bot_capability"})
LONGEST_COURTESY = 14
LONGEST_QUESTION = 28
FORM_INTENTS = frozenset({"file_case", "affirm", "deny", "unclear", "ask_aspect", "nlu_fallback", "case_step"})
"""Say nothing that would be answered better elsewhere."""
CASE_INTENTS = frozenset({"check_case", "case_add", "case_rate", "case_reopen", "case_withdraw"})


def asks(text: str) -> bool:
    """Whether the words have the form of a question."""
    return _ASKS.search(text) is not None


def is_for_others(item: Item | None, text: str, intent: str, confidence: float) -> bool:
    """Whether the text, said while this item is open (None = summary and choices), is to be dealt with as always.

    `confidence` is that of the intent, 0-1. A matter takes nearly everything; a time or a place takes no question.
    """
    if intent in ALWAYS or intent in BUTTONS or (intent == "request_human" and confidence >= SURE):
        return True
    if intent == URGENT:
        return item not in (Item.WHAT, Item.WISH)
    if intent in COURTESIES:
        return confidence >= SURE and len(text) <= LONGEST_COURTESY
    if intent == "complain":
        return item not in (Item.WHAT, Item.WISH, None) and confidence >= SURE and not _TIME.search(text)
    if item is Item.WHAT:
        return _is_clear_question(text, intent, confidence)
    if item is Item.CONTACT and (find_phone(text) or _ABOUT_NUMBERS.search(text)):
        return False
    if item is Item.SINCE and _TIME.search(text) and not _STRICTLY_ASKS.search(text):
        return False
    if item is Item.WISH and _POLITE_WISH.search(text) and not _STRICTLY_ASKS.search(text):
        return False
    if intent in CASE_INTENTS:
        return confidence >= SURE
    return asks(text) and (intent not in FORM_INTENTS or _STRICTLY_ASKS.search(text) is not None)


def _is_clear_question(text: str, intent: str, confidence: float) -> bool:
    if intent in CASE_INTENTS:
        return confidence >= SURE and len(text) <= LONGEST_QUESTION
    sure = confidence >= SURE and intent not in FORM_INTENTS
    return sure and asks(text) and len(text) <= LONGEST_QUESTION and not _OWN_MATTER.search(text)


_FILING = re.compile(
    r"^(?:你好|您好)?[,，。!！ ]*(?:请|麻烦|帮我|帮忙|给我|我要|我想要?|我来|想|要|能不能|可以|你们?|在这里?)*"
    r"(?:正式|实名|匿名)?(?:登记|提交|反映|上报|递交|立|提|开|建|录|新建|报)(?:一下|下|成)?(?:一?[个下条份件张])?(?:新的?)?"
    r"(?:企业)?(?:诉求|工单|案子|案件|案|单子|单|问题|情况|建议|投诉|事情)*(?P<rest>.*)$"
)
_AFTER_FILING = re.compile(
    r"[,，。;； ]*(?:(?:请|麻烦)?(?:你们)?(?:帮我|给我)?(?:登记|提交|记录|上报|反映|记)(?:一下|下)?"
    r"(?:上去)?(?:吧|谢谢)?)[。.!！ ]*$"
)
_SAYS_NOTHING = re.compile(
    r"的|吗|吧|呢|了|啊|我|你们?|这里|可以|怎么|在哪|入口|谢谢|这件事|这个|就按|刚才|说的|聊的|整理|一下|编号|电话|有人|处理|跟进|请|派人|帮|给|要|能|行|还有|一件|事|也|再|加|一条|匿名|实名|[\W_]"
)
LEAST_MATTER = 6
_REFERS_BACK = re.compile(r"刚才|刚刚|上面|前面|我说的|(?:这|那)(?:件事|个事|事|个情况|个问题)")


def matter_at(text: str) -> tuple[int, int] | None:
    """Return where, in words that ask for filing, the matter itself stands: 登记：房东乱收电费. None when it is not there."""
    match = _FILING.match(text)
    start = match.start("rest") if match else 0
    end = len(text)
    if after := _AFTER_FILING.search(text, start):
        end = after.start()
    body = text[start:end]
    if match is None and end == len(text):
        return None
    if len(_SAYS_NOTHING.sub("", body)) < LEAST_MATTER:
        return None
    return start + len(body) - len(body.lstrip(" :：,，。;；")), end


def refers_back(text: str) -> bool:
    """Whether the matter is what was said before: 把我刚才说的提交上去."""
    return _REFERS_BACK.search(text) is not None
