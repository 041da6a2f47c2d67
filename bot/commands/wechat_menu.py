"""`wechat-menu`: what the account's custom menu is, and what the file says it should be."""

from __future__ import annotations

import argparse

import yaml

from bot.bootstrap import KNOWLEDGE, now, open_database
from bot.channels.wechat_account import WeChatAccount
from bot.channels.wechat_menu import describe_difference, read_menu
from bot.channels.wechat_protocol.api import WeChatApi
from bot.commands.setup import say, settings_of
from bot.errors import PlatformError, SettingInvalid
from bot.settings import PROJECT, Settings

MENU_FILE = PROJECT / "wechat-menu.yml"


def wechat_menu(options: argparse.Namespace) -> int:
    """Print the difference; with --apply make the account's menu what the file says."""
    settings = settings_of(options)
    titles = yaml.safe_load((KNOWLEDGE / "subjects.yml").read_text(encoding="utf-8"))
    wanted = read_menu(options.file or MENU_FILE, titles, settings.public_url)
    api = _api(settings)
    try:
        difference = describe_difference(api.get_menu(), wanted)
        if difference:
            print(difference)
        if difference and options.apply:
            api.create_menu(wanted)
    except PlatformError as error:
        say(
            f"微信平台没有接受（错误码{error.code}）。40164：请把本机地址加入IP白名单；40125：AppSecret不对；48001：账号没有自定义菜单权限。"
        )
        return 1
    say(_result(bool(difference), options.apply))
    return 0


def _result(differs: bool, apply: bool) -> str:
    if not differs:
        return "公众号菜单与文件一致，无需改动。"
    return "菜单已更新，手机上最多五分钟后生效。" if apply else "以上是差别；加 --apply 应用到公众号。"


def _api(settings: Settings) -> WeChatApi:
    if settings.wechat is None:
        raise SettingInvalid("YINGSHANG_WECHAT_TOKEN", "is missing: no Official Account is connected")
    api = WeChatAccount(settings.wechat, settings.public_url, open_database(settings), now).api
    if api is None:
        raise SettingInvalid("YINGSHANG_WECHAT_APP_SECRET", "is missing; the menu is changed through the account's API")
    return api
