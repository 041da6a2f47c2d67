"""Errors about enterprises and who speaks for them, as the reader of the HTTP interface sees them."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from bot.errors import (
    BindingNotFound,
    BindingRefused,
    EnterpriseInvalid,
    EnterpriseKnown,
    EnterpriseNotFound,
    IdentityProviderUnavailable,
    InvitationNotFound,
    InvitationRefused,
)
from bot.services.identity_notices import REFUSALS
from bot.web.errors import error_response

_SIMPLE: dict[type[Exception], tuple[int, str, str]] = {
    EnterpriseNotFound: (404, "enterprise_not_found", "没有找到这家企业，请核对统一社会信用代码。"),
    EnterpriseKnown: (409, "enterprise_known", "这家企业已经在名册里了。"),
    BindingNotFound: (404, "binding_not_found", "没有这个绑定，请刷新看看最新情况。"),
    InvitationNotFound: (404, "invitation_not_found", "没有这个邀请，请刷新看看最新情况。"),
}
_BINDING_STATUS = {"too_many_tries": 429, "already_bound": 409}
"""422 otherwise; a 403 or 404 would tell a page that its conversation is gone."""
_INVITATION = {
    "too_many": (429, "too_many_invitations", "一小时内发出的邀请码已到上限（20个），请稍后再发。"),
    "role_unknown": (422, "role_unknown", "请选择角色：法定代表人或经办人。"),
    "name_invalid": (422, "name_invalid", "姓名最多32个字，不能有换行。"),
    "used": (409, "invitation_used", "这个邀请码已经用过，不能收回；需要的话请解除对应的绑定。"),
}
_FIELDS = {
    "credit_code": "统一社会信用代码不对：应是18位，最后一位是校验码，请照营业执照核对。",
    "name": "企业名称须是2到128个字，不能有换行。",
    "district": "没有这个区、县（市），请重新选择。",
}
RETRY_PROVIDER_AFTER_S = "30"


def install(app: FastAPI) -> None:
    for error in _SIMPLE:
        app.add_exception_handler(error, _simple)
    app.add_exception_handler(BindingRefused, _binding_refused)
    app.add_exception_handler(InvitationRefused, _invitation_refused)
    app.add_exception_handler(EnterpriseInvalid, _enterprise_invalid)
    app.add_exception_handler(IdentityProviderUnavailable, _provider_unavailable)


async def _simple(request: Request, error: Exception) -> JSONResponse:
    return error_response(*_SIMPLE[type(error)])


async def _binding_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BindingRefused)
    status = _BINDING_STATUS.get(error.reason, 422)
    return error_response(status, error.reason, REFUSALS[error.reason], _retry_after(error.retry_after_s))


async def _invitation_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InvitationRefused)
    return error_response(*_INVITATION[error.reason], _retry_after(error.retry_after_s))


async def _enterprise_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EnterpriseInvalid)
    body = {"code": "enterprise_invalid", "message": _FIELDS[error.field], "field": error.field}
    return JSONResponse({"error": body}, 422)


async def _provider_unavailable(request: Request, error: Exception) -> JSONResponse:
    text = "登录服务暂时没有回应，请过一会儿再试，或改用邀请码。"
    return error_response(503, "identity_provider_unavailable", text, {"Retry-After": RETRY_PROVIDER_AFTER_S})


def _retry_after(seconds: int) -> dict[str, str] | None:
    return {"Retry-After": str(seconds)} if seconds else None
