"""Errors as the reader of the HTTP interface sees them: a code for programs, a Chinese sentence for people."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.errors import (
    CallbackMalformed,
    CallbackRefused,
    ConversationNotFound,
    MessageRefused,
    ModelUnavailable,
    SignInRefused,
    StoreConflict,
    StoreUnavailable,
)
from bot.settings import MAX_TEXT_CHARACTERS

logger = logging.getLogger(__name__)
RETRY_AFTER_S = "2"

_REFUSALS = {
    "empty": (422, "message_empty", "消息是空的，请写下您想问的事。"),
    "too_long": (413, "message_too_long", f"消息太长了，请控制在{MAX_TEXT_CHARACTERS}字以内，分几次说也可以。"),
    "payload": (422, "payload_unknown", "这个按钮已经失效，请直接输入您的问题。"),
    "client_message_id": (422, "client_message_id_invalid", "消息编号不正确：须为1到128个可见字符。"),
}
_STATUS_TEXTS = {
    400: ("json_invalid", "请求内容不是正确的JSON。"),  # the one thing Starlette itself calls a bad request: unreadable bytes
    401: ("unauthorized", "请先登录。"),
    403: ("forbidden", "没有权限。"),
    404: ("not_found", "没有这个地址。"),
    405: ("method_not_allowed", "这个地址不支持这种请求方式。"),
}


def error_response(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def install(app: FastAPI) -> None:
    """Map every error to its response, once."""
    app.add_exception_handler(ConversationNotFound, _conversation_not_found)
    app.add_exception_handler(MessageRefused, _message_refused)
    app.add_exception_handler(StoreUnavailable, _try_again)
    app.add_exception_handler(StoreConflict, _try_again)
    app.add_exception_handler(ModelUnavailable, _try_again)
    app.add_exception_handler(CallbackRefused, _callback_refused)
    app.add_exception_handler(CallbackMalformed, _callback_malformed)
    app.add_exception_handler(SignInRefused, _sign_in_refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _conversation_not_found(request: Request, error: Exception) -> JSONResponse:
    return error_response(404, "conversation_not_found", "找不到这个会话，或者口令不对。请重新开始一个会话。")


async def _message_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MessageRefused)
    return error_response(*_REFUSALS[error.reason])


async def _try_again(request: Request, error: Exception) -> JSONResponse:
    logger.warning("unavailable: %s", type(error).__name__)
    text = "系统暂时忙不过来，您的消息没有丢，请过几秒再试。"
    return error_response(503, "temporarily_unavailable", text, {"Retry-After": RETRY_AFTER_S})


async def _callback_refused(request: Request, error: Exception) -> JSONResponse:
    logger.warning("a platform's call was refused: %s", type(error).__name__)
    return error_response(403, "callback_refused", "无法确认这个请求来自平台，已拒绝。请核对Token、AppID和服务器时间。")


async def _callback_malformed(request: Request, error: Exception) -> JSONResponse:
    logger.warning("a platform's call could not be read: %s", error)
    return error_response(400, "callback_malformed", "请求内容无法读取：须是平台规定格式的XML，并与公众号的加密方式一致。")


async def _sign_in_refused(request: Request, error: Exception) -> JSONResponse:
    return error_response(401, "sign_in_refused", "用户名或密码不对。")


async def _not_valid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return error_response(400, "json_invalid", "请求内容不是正确的JSON。")
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "请求内容"
    return error_response(422, "request_invalid", f"请求内容不完整或格式不对：{where}。")


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code, text = _STATUS_TEXTS.get(error.status_code, ("http_error", "请求无法处理。"))
    return error_response(error.status_code, code, text)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    return error_response(500, "internal_error", "系统出了点问题，我们会尽快处理，请稍后再试或拨打12345。")
