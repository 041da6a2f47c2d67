"""What the product calls: the platform's HTTP interface, answers with errcode as the platform gives them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from simulator.errors import ApiRefused, RedirectRefused
from simulator.menus import check_menu
from simulator.platform import Platform

USER_COOKIE = "simulator_openid"
"""Which user's phone the browser is; the client page sets it."""
OK = {"errcode": 0, "errmsg": "ok"}
router = APIRouter(include_in_schema=False)


def platform_of(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


def refused(_: Request, error: Exception) -> Response:
    """Answer an ApiRefused: HTTP 200 and an errcode."""
    assert isinstance(error, ApiRefused)
    return JSONResponse({"errcode": error.code, "errmsg": str(error).partition(" ")[2]})


@router.post("/cgi-bin/stable_token")
async def stable_token(request: Request) -> dict[str, Any]:
    body = await _json(request)
    platform = platform_of(request)
    _check_account(platform, body.get("appid"), body.get("secret"))
    token, lasts_s = platform.tokens.stable(force=body.get("force_refresh") is True)
    return {"access_token": token, "expires_in": lasts_s}


@router.get("/cgi-bin/token")
async def token(request: Request) -> dict[str, Any]:
    platform, query = platform_of(request), request.query_params
    _check_account(platform, query.get("appid"), query.get("secret"))
    value, lasts_s = platform.tokens.classic()
    return {"access_token": value, "expires_in": lasts_s}


@router.post("/cgi-bin/message/custom/send")
async def send(request: Request) -> dict[str, Any]:
    _admitted(request).send_custom(await request.body())
    return OK


@router.post("/cgi-bin/message/custom/typing")
async def typing(request: Request) -> dict[str, Any]:
    _admitted(request).set_typing(await request.body())
    return OK


@router.get("/cgi-bin/menu/get")
async def get_menu(request: Request) -> dict[str, Any]:
    menu = _admitted(request).menu
    if menu is None:
        raise ApiRefused(46003)
    return {"menu": menu}


@router.post("/cgi-bin/menu/create")
async def create_menu(request: Request) -> dict[str, Any]:
    platform = _admitted(request)
    platform.menu = check_menu(await _json(request))
    return OK


@router.get("/cgi-bin/menu/delete")
async def delete_menu(request: Request) -> dict[str, Any]:
    _admitted(request).menu = None
    return OK


@router.get("/cgi-bin/media/get")
async def get_media(request: Request) -> Response:
    platform = _admitted(request)
    media = platform.media.get(request.query_params.get("media_id", ""))
    if media.content_type.startswith("video/"):  # of videos the platform gives only the address
        return JSONResponse({"video_url": f"{platform.base_url}/simulator/media/{media.id}"})
    head = {"Content-Disposition": f'attachment; filename="{media.file_name}"'}
    return Response(media.content, media_type=media.content_type, headers=head)


@router.get("/cgi-bin/user/info")
async def user_info(request: Request) -> dict[str, Any]:
    user = _admitted(request).users.get(request.query_params.get("openid", ""))
    if user is None:
        raise ApiRefused(40003)
    if not user.followed or user.followed_at is None:
        return {"subscribe": 0, "openid": user.openid, "tagid_list": []}
    seconds = int(user.followed_at.timestamp())
    known = {"subscribe": 1, "openid": user.openid, "language": "zh_CN", "subscribe_time": seconds, "remark": "", "groupid": 0}
    return {**known, "tagid_list": [], "subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene": 0, "qr_scene_str": user.scene}


@router.get("/connect/oauth2/authorize")
async def authorize(request: Request) -> Response:
    """Send the reader back with a code at once: snsapi_base asks nobody."""
    platform, query = platform_of(request), request.query_params
    try:
        target = _redirect_target(platform, query.get("appid"), query.get("redirect_uri", ""), query.get("scope", ""))
        openid = request.cookies.get(USER_COOKIE, "")
        if openid not in platform.users:
            raise RedirectRefused("请在微信客户端打开链接")
    except RedirectRefused as error:
        return HTMLResponse(f'<!doctype html><meta charset="utf-8"><title>抱歉，出错了</title><p>{error.reason}</p>')
    given = urlencode({"code": platform.codes.issue(openid), "state": query.get("state", "")})
    return RedirectResponse(f"{target}{'&' if urlsplit(target).query else '?'}{given}", status_code=302)


@router.get("/sns/oauth2/access_token")
async def exchange_code(request: Request) -> Response:
    """Name the reader for a code. The platform calls its JSON text/plain here."""
    platform, query = platform_of(request), request.query_params
    _check_account(platform, query.get("appid"), query.get("secret"))
    openid = platform.codes.redeem(query.get("code", ""))
    given = {"access_token": platform.codes.issue(openid), "expires_in": 7200, "refresh_token": "", "openid": openid}
    return PlainTextResponse(json.dumps({**given, "scope": "snsapi_base"}))


def _redirect_target(platform: Platform, app_id: str | None, uri: str, scope: str) -> str:
    """Return the address to go back to, without its fragment. Raises RedirectRefused."""
    if app_id != platform.account.app_id:
        raise RedirectRefused("appid 参数错误")
    if scope not in ("snsapi_base", "snsapi_userinfo"):
        raise RedirectRefused("scope 参数错误或没有 scope 权限")
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or parts.hostname not in platform.oauth_hosts:
        raise RedirectRefused("redirect_uri 域名与后台配置不一致，错误码：10003")
    return parts._replace(fragment="").geturl()


def _admitted(request: Request) -> Platform:
    """Return the platform if the call's access token holds. Raises ApiRefused."""
    platform = platform_of(request)
    platform.tokens.check(request.query_params.get("access_token"))
    return platform


def _check_account(platform: Platform, app_id: Any, secret: Any) -> None:
    if app_id != platform.account.app_id:
        raise ApiRefused(40013)
    if secret != platform.account.app_secret:
        raise ApiRefused(40125)


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise ApiRefused(47001) from None
    if not isinstance(body, dict):
        raise ApiRefused(47001)
    return body
