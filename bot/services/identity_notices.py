"""What is said about speaking for an enterprise: what is consented to, what was done, why something was not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.business.identity import ROLE_TITLES, Caller, EnterpriseRole
from bot.business.payload import CONSENT_TO_BINDING, DECLINE_BINDING
from bot.business.working_calendar import HANGZHOU
from bot.services.handover_notices import Button, Notice

CONSENT_VERSION = "2026-11-23"
"""Changes whenever the words below do; kept with every binding."""
CONSENT = (
    "绑定后会保存：您的微信号标识（在网页里则是本次会话）、所代表企业的名称和统一社会信用代码、您的角色和登记的姓名。"
    "只用来让您提交和查询本企业的诉求、接收办理通知。到期自动失效；您随时回复“解除绑定”就能撤回，撤回后这里不再显示企业的办理情况，"
    "已经提交的诉求照常办理。"
)
AGREE, DISAGREE = "同意", "不同意"
CHOICES: Sequence[Button] = (
    {"title": AGREE, "payload": f"/{CONSENT_TO_BINDING}"},
    {"title": DISAGREE, "payload": f"/{DECLINE_BINDING}"},
)
NOT_RIGHT = Notice("这个统一社会信用代码不对：应是18位数字和大写字母，最后一位是校验码。请照营业执照核对后再发一次。")
STEP_OVER = Notice("时间有点久，这一步已经失效，没有绑定。请重新发送邀请码，比如“绑定 ABCD-EFGH-JKMN”。")
REFUSALS = {
    "code_wrong": "没有绑定成功：邀请码和统一社会信用代码对不上，或邀请码已用过、过期、被收回。请核对后再试，或另要一个邀请码。",
    "too_many_tries": "输错的次数太多，为安全起见先暂停绑定，请过半小时再试。",
    "consent_needed": "请先阅读并同意绑定说明，再提交。",
    "already_bound": "您已经绑定了一家企业。要换一家，请先解除现在的绑定。",
    "sign_in_stale": "这次登录已经失效：可能用时太久、已经用过，或是在别的浏览器里开始的。请回到对话里重新开始。",
    "sign_in_failed": "登录没有成功，没有绑定企业。请回到对话里重新开始，或改用邀请码。",
    "claims_missing": "登录成功了，但对方没有提供企业名称、统一社会信用代码或您的角色，没有绑定。请换企业账号登录，或用邀请码。",
    "claims_wrong": "登录成功了，但对方提供的统一社会信用代码或角色不正确，无法绑定。请联系企业账号的管理员核对，或改用邀请码。",
}
"""By reason of BindingRefused."""


def day_of(moment: datetime) -> str:
    local = moment.astimezone(HANGZHOU)
    return f"{local.year}年{local.month}月{local.day}日"


def refused(reason: str) -> Notice:
    return Notice(REFUSALS[reason])


def how_to_bind(page: str, providers: tuple[str, ...]) -> Notice:
    """`page`: the address of the page for it, "" when not known; `providers`: what sign-ins elsewhere are called."""
    other = f"也可以在网页里用{'、'.join(providers)}登录来绑定：{page}" if providers and page else ""
    return Notice(
        "绑定企业后，您可以提交和查询本企业的诉求。请先向工作人员要一个邀请码，再回复“绑定 邀请码”，比如“绑定 ABCD-EFGH-JKMN”，"
        f"然后按提示回复企业的统一社会信用代码。邀请码72小时内有效，只能用一次，请不要转发到群里。{other}"
    )


def credit_code_asked() -> Notice:
    return Notice(
        "收到邀请码（为安全起见，记录里已经隐去）。请再回复企业的统一社会信用代码，18位，营业执照上有。不想绑定了，回复“取消”。"
    )


def consent_asked(enterprise: str, role: EnterpriseRole) -> Notice:
    text = f"您将作为“{enterprise}”的{ROLE_TITLES[role]}绑定。{CONSENT}同意请回复“{AGREE}”，不同意请回复“{DISAGREE}”。"
    return Notice(text, CHOICES, asks=True)


def not_bound_after_all() -> Notice:
    return Notice("好的，没有绑定。邀请码还没有用掉，有效期内可以再用。")


def bound(caller: Caller) -> Notice:
    return Notice(
        f"绑定成功：您是“{caller.enterprise_name}”的{ROLE_TITLES[caller.role]}，有效期到{day_of(caller.expires_at)}。"
        "现在可以直接说要提交的诉求，或问“我的诉求到哪一步了”。回复“我的绑定”可查看，“解除绑定”可撤回。"
    )


def shown(caller: Caller | None) -> Notice:
    if caller is None:
        return Notice("您还没有绑定企业。回复“我要绑定企业”，我告诉您怎么做。")
    return Notice(
        f"您绑定的企业：{caller.enterprise_name}（{caller.credit_code}），角色：{ROLE_TITLES[caller.role]}，"
        f"有效期到{day_of(caller.expires_at)}。不用了请回复“解除绑定”。"
    )


def released(enterprise: str) -> Notice:
    return Notice(f"已解除与“{enterprise}”的绑定，这里不再能查看它的办理情况；已经提交的诉求照常办理。再绑定需要新的邀请码。")


def was_not_bound() -> Notice:
    return Notice("您现在没有绑定企业，不用解除。")


def revoked_by_desk(enterprise: str) -> Notice:
    return Notice(f"您与“{enterprise}”的绑定已由工作人员解除。有疑问可以回复“转人工”。")
