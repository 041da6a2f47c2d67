"""Errors as the reader of the HTTP interface sees them: a code for programs, a Chinese sentence for people."""

from __future__ import annotations

import logging
import math

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.business.case import STATE_TITLES, TRANSITION_TITLES, CaseState, CaseTransition
from bot.business.password import MAX_CHARACTERS, MIN_CHARACTERS
from bot.errors import (
    AccountInvalid,
    AccountNotFound,
    CallbackMalformed,
    CallbackRefused,
    CannedReplyNotFound,
    CaseChangeRefused,
    CaseConflict,
    CaseInvalid,
    CaseNotFound,
    ConversationNotFound,
    HandoverRefused,
    LastAdmin,
    MessageRefused,
    ModelUnavailable,
    OwnedByOther,
    PasswordChangeRequired,
    PasswordWeak,
    PermissionDenied,
    SignInBusy,
    SignInLocked,
    SignInRefused,
    StoreConflict,
    StoreUnavailable,
    TaskConflict,
    TaskFileRefused,
    TaskImportGone,
    TaskInvalid,
    TaskNotFound,
    UsernameTaken,
    WorkItemNotFound,
    WorkItemRefused,
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
_SIMPLE = {
    SignInRefused: (401, "sign_in_refused", "用户名或密码不对。"),
    PermissionDenied: (403, "forbidden", "您的账号没有这项权限，需要的话请联系管理员。"),
    PasswordChangeRequired: (403, "password_change_required", "请先修改一次性密码，再使用坐席台。"),
    AccountNotFound: (404, "account_not_found", "没有这个账号。"),
    UsernameTaken: (409, "username_taken", "这个用户名已经有人用了，请换一个。"),
    CannedReplyNotFound: (404, "canned_reply_not_found", "没有这条常用语，可能已经被删除。"),
    LastAdmin: (409, "last_admin", "这是最后一个可用的管理员账号，不能停用，也不能改成别的角色。"),
    CaseNotFound: (404, "case_not_found", "找不到这个诉求，或者您没有权限查看。"),
    WorkItemNotFound: (404, "work_item_not_found", "没有这项工作，请刷新列表。"),
    CaseConflict: (409, "case_conflict", "这个诉求刚刚被别人改过，请刷新看看最新情况，再决定要不要改。"),
    TaskNotFound: (404, "task_not_found", "没有这项任务，或者没有这条进展。"),
    TaskConflict: (409, "task_conflict", "这项任务刚刚有人改过，请刷新后再改；您填的内容没有保存。"),
    TaskImportGone: (404, "task_import_gone", "这次导入已经用过或超过30分钟，请重新上传文件。"),
}
"""Errors that always read the same."""
_TASK_FILES = {
    "empty": (422, "task_file_refused", "文件是空的，请选择导出的xlsx文件。"),
    "too_large": (413, "task_file_too_large", "文件超过20MB，请用导出的文件修改，删掉多余的内容。"),
    "not_xlsx": (422, "task_file_refused", "这不是xlsx文件，请用导出的文件修改后再上传。"),
    "old_or_encrypted": (422, "task_file_refused", "这是加密的文件或旧版的xls文件，请另存为不带密码的xlsx文件。"),
    "bomb": (422, "task_file_refused", "这个文件解开后大得不正常，为安全起见没有读取。请用导出的文件修改。"),
    "linked": (422, "task_file_refused", "文件里有到其他文件的链接或数据连接，请断开链接、粘贴为数值后再上传。"),
    "macros": (422, "task_file_refused", "文件里有宏，请另存为不带宏的xlsx文件。"),
    "nested": (422, "task_file_refused", "文件里嵌入了别的文件，请删掉后再上传。"),
    "damaged": (422, "task_file_refused", "文件已经损坏，读不出来。请重新导出一份再修改。"),
}
_CASE_REASONS = {
    "not_from_here": "{state}的诉求不能{change}，请刷新看看最新情况。",
    "not_yours": "这一步不归您办理，需要的话请联系综合服务台。",
    "needs_text": "{change}要写明内容，企业会看到。",
    "reopened_before": "这个诉求已经重新办理过一次，不能再次重新办理；可以另外登记一件。",
    "department_needed": "请选择转给哪个部门。",
    "department_unknown": "没有这个部门，请重新选择。",
    "already_so": "已经是这样了，不用再改。",
    "too_late": "已经过了可以重新办理的时间，可以另外登记一件。",
}
_WORK_ITEM = {
    "not_from_here": (409, "work_item_refused", "现在不能这样处理，请刷新看看最新情况。"),
    "needs_text": (422, "work_item_refused", "请写明内容：不办要写原因，办成要写结果，问过的企业都会看到。"),
    "task_unknown": (422, "work_item_refused", "没有这项改革任务，请重新选择。"),
    "department_unknown": (422, "work_item_refused", "没有这个部门，请重新选择。"),
    "conflict": (409, "work_item_conflict", "这项工作刚刚被别人改过，请刷新看看最新情况。"),
}
_HANDOVER = {
    "at_capacity": (409, "at_capacity", "您正在接待的人数已到上限，请先结束或转接一个。"),
    "not_yours": (409, "not_yours", "这个会话现在不归您接待，请刷新看看最新情况。"),
    "agent_unavailable": (409, "agent_unavailable", "这位同事不在线或已经接满，请换一位，或转给一个组。"),
    "team_unavailable": (409, "team_unavailable", "这个组现在没有其他人在线，请换一个组或继续接待。"),
    "team_unknown": (422, "team_unknown", "没有这个组，请重新选择。"),
    "already_theirs": (409, "already_theirs", "这个会话本来就是您在接待。"),
    "result_unknown": (422, "result_unknown", "请选择处理结果。"),
    "tags_invalid": (422, "tags_invalid", "标签最多10个，每个不超过16个字。"),
    "not_unattended": (409, "not_unattended", "这个会话没有待处理的留言，可能已经有人处理了。"),
    "state_unknown": (422, "state_unknown", "状态须是接待中或离开。"),
    "shortcut_invalid": (422, "shortcut_invalid", "快捷词须是1到32个字，中间不能有空格。"),
    "shortcut_taken": (409, "shortcut_taken", "已经有一条常用语用了这个快捷词，请换一个。"),
    "title_invalid": (422, "title_invalid", "标题须是1到64个字。"),
    "too_many_replies": (409, "too_many_replies", "常用语已经有500条了，请先删掉一些。"),
}
_WEAK = {
    "too_short": f"新密码太短了，请至少用{MIN_CHARACTERS}个字符。",
    "too_long": f"新密码太长了，请控制在{MAX_CHARACTERS}个字符以内。",
    "user_name": "新密码不能是用户名，或用户名加几个数字。",
    "common": "这个密码太常见，容易被猜到，请换一个。",
    "same": "新密码不能和原来的一样。",
}
_ACCOUNT_FIELDS = {
    "username": "用户名须是2到32个小写字母、数字、点、下划线或短横线，建立后不能修改。",
    "display_name": "显示名称最多32个字，不能有换行，前后不能有空格。",
    "role": "角色须是坐席、主管、管理员、部门或只读。",
    "department": "请选择部门：角色是“部门”的账号须属于一个部门。",
    "teams": "有不存在或重复的组，请重新选择。",
    "skills": "有不存在或重复的业务，请重新选择。",
    "languages": "有不支持或重复的语言，请重新选择。",
    "capacity": "同时接待的人数须是1到20。",
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
    for error in _SIMPLE:
        app.add_exception_handler(error, _simple)
    app.add_exception_handler(SignInLocked, _sign_in_locked)
    app.add_exception_handler(SignInBusy, _sign_in_busy)
    app.add_exception_handler(PasswordWeak, _password_weak)
    app.add_exception_handler(OwnedByOther, _owned_by_other)
    app.add_exception_handler(HandoverRefused, _handover_refused)
    app.add_exception_handler(WorkItemRefused, _work_item_refused)
    app.add_exception_handler(AccountInvalid, _account_invalid)
    app.add_exception_handler(TaskInvalid, _task_invalid)
    app.add_exception_handler(TaskFileRefused, _task_file_refused)
    app.add_exception_handler(CaseInvalid, _fields_invalid)
    app.add_exception_handler(CaseChangeRefused, _case_change_refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _conversation_not_found(request: Request, error: Exception) -> JSONResponse:
    if request.url.path.startswith("/api/desk/"):
        return error_response(404, "conversation_not_found", "找不到这个会话，或者您没有权限查看。")
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


async def _simple(request: Request, error: Exception) -> JSONResponse:
    return error_response(*_SIMPLE[type(error)])


async def _sign_in_locked(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SignInLocked)
    text = f"密码错误次数太多，为安全起见暂停登录，请{math.ceil(error.retry_after_s / 60)}分钟后再试，或请管理员重置密码。"
    return error_response(429, "sign_in_locked", text, {"Retry-After": str(error.retry_after_s)})


async def _sign_in_busy(request: Request, error: Exception) -> JSONResponse:
    return error_response(503, "sign_in_busy", "正在登录的人太多，请过几秒再试。", {"Retry-After": RETRY_AFTER_S})


async def _owned_by_other(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OwnedByOther)
    return error_response(409, "owned_by_other", f"已由{error.name}接入。")


async def _handover_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HandoverRefused)
    return error_response(*_HANDOVER[error.reason])


async def _work_item_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WorkItemRefused)
    return error_response(*_WORK_ITEM[error.reason])


async def _password_weak(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PasswordWeak)
    return error_response(422, "password_weak", _WEAK[error.reason])


async def _account_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AccountInvalid)
    body = {"code": "account_invalid", "message": _ACCOUNT_FIELDS[error.field], "field": error.field}
    return JSONResponse({"error": body}, 422)


async def _task_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TaskInvalid)
    message = next(iter(error.problems.values()))
    return JSONResponse({"error": {"code": "task_invalid", "message": message, "fields": error.problems}}, 422)


async def _task_file_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TaskFileRefused)
    return error_response(*_TASK_FILES[error.reason])


async def _fields_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CaseInvalid)
    body = {"code": "case_invalid", "message": next(iter(error.problems.values())), "fields": error.problems}
    return JSONResponse({"error": body}, 422)


async def _case_change_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CaseChangeRefused)
    change = TRANSITION_TITLES[CaseTransition(error.transition)] if error.transition in set(CaseTransition) else "这样改"
    message = _CASE_REASONS[error.reason].format(state=STATE_TITLES[CaseState(error.state)], change=change)
    return error_response(409, "case_change_refused", message)


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
