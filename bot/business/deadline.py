"""Whether something ends within a day, in the user's own words."""

from __future__ import annotations

import re

_HOURS = (
    r"(?:还有|只有|只剩|剩|再过|不到)(?:不到|下)?(?:半|[一二两三四五六七八九十]{1,3}|\d{1,2})个?(?:半)?(?:小时|钟头|分钟)"
    r"|24个?小时(?:内|之内|以内)"
)
_SOON = rf"(?:今天|今晚|今日|明天|明早|明日|{_HOURS})"
_HANDED_IN = r"必须(?:提交|交|办)|就(?:要)?(?:交|提交|报)(?:材料|上去)"
_ENDS = rf"(?:截止|到期|逾期|过期|最后一天|最后期限|开庭|听证|{_HANDED_IN}|关闭申报|开标|失效)"
_WITHIN_A_DAY = re.compile(rf"{_SOON}[^。！？!?]{{0,12}}{_ENDS}|{_ENDS}[^。！？!?]{{0,6}}(?:就是|是|在|:|：)?{_SOON}")
_NOT_SAID_AS_FACT = re.compile(
    r"(?:如果|假如|万一|要是|是不是|会不会|什么时候|哪天|几号|(?:截止|到期|过期|逾期)(?:了?吗|会)|截止到今[天日][,，]?(?:为止|我|还|都|仍|一?共|已))"
)


def ends_within_a_day(text: str) -> bool:
    """Whether the normalised text says that a time limit ends today or tomorrow: 明天就截止了, 还剩3小时开标."""
    plain = text.replace(" ", "")
    return _WITHIN_A_DAY.search(plain) is not None and _NOT_SAID_AS_FACT.search(plain) is None
