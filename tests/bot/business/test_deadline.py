"""Whether something ends within a day: only what the user says as a fact counts, not questions about time limits."""

from __future__ import annotations

import pytest

from bot.business.deadline import ends_within_a_day
from knowledge.normalise import normalise

ENDING = [
    "明天就截止了",
    "申报明天就截止了怎么办",
    "今天下午五点截止",
    "今晚12点截止申报",
    "截止时间是今天",
    "最后期限就是明天",
    "最后期限：今天",
    "还剩3小时开标",
    "只剩不到一个小时就截止",
    "还有两个小时就开庭了",
    "还有2个钟头就开标",
    "还剩2小时就关闭申报",
    "24小时内必须提交",
    "今天必须交材料",
    "明天之前必须交",
    "明天上午开庭",
    "明天最后一天了",
    "执照明天到期",
    "营业执照今日到期",
    "专利年费明天到期",
    "今天是申报最后一天",
    "通知书今天最后期限",
    "今天不交就逾期了",
    "听证会明天上午9点",
    "公告明天就失效",
    "还有半小时截止",
    "不到半小时就开标了",
    "还有30分钟截止",
    "明 天 截 止",
    "明天到期，營業執照",
    "還剩3小時開標",
]
NOT_ENDING = [
    "",
    "什么时候截止",
    "截止日期是哪天",
    "几号截止",
    "还有几天截止",
    "今天是不是最后一天",
    "明天是不是截止",
    "今天截止吗",
    "今天截止了吗",
    "明天会不会过期",
    "如果明天截止怎么办",
    "要是今天到期了会罚款吗",
    "万一明天逾期呢",
    "营业执照什么时候到期",
    "后天截止",
    "下周到期",
    "昨天截止了",
    "还有10天截止",
    "剩下20天到期",
    "去年就过期了",
    "今天能办吗",
    "明天上班吗",
    "截止到今天我都没收到",
    "到今天为止都没人理我",
    "今天提交的，什么时候失效",
    "今天去过窗口。公示期截止到年底",
    "明天再说，逾期会怎么样？",
    "我今天刚来杭州，想了解一下公司注册之后多久会到期",
]


@pytest.mark.parametrize("text", ENDING)
def test_a_time_limit_that_ends_today_or_tomorrow_is_heard(text: str) -> None:
    assert ends_within_a_day(normalise(text))


@pytest.mark.parametrize("text", NOT_ENDING)
def test_a_question_about_a_time_limit_or_one_further_off_is_no_emergency(text: str) -> None:
    assert not ends_within_a_day(normalise(text))
