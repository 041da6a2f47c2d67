"""What the simulated platform refuses."""

from __future__ import annotations

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40029: "invalid code",
    40035: "invalid parameter",
    40125: "invalid appsecret",
    40163: "code been used",
    42001: "access_token expired",
    43004: "require subscribe",
    44004: "empty content",
    45002: "content size out of limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid typing command",
    45080: "no message from the user within 30 seconds",
    45081: "already typing",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
}
"""The platform's own words, by errcode."""


class SimulatorError(Exception):
    """Root of what the simulator raises on purpose."""


class ApiRefused(SimulatorError):
    """An API call is answered with an errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code} {MESSAGES.get(code, 'refused')}")
        self.code = code


class UserUnknown(SimulatorError, LookupError):
    """No simulated user has this openid."""

    def __init__(self, openid: str) -> None:
        super().__init__(openid)


class NotFollowing(SimulatorError, PermissionError):
    """Only followers can write to the account."""


class UploadRefused(SimulatorError, ValueError):
    """A file cannot be sent; `reason` is for the person who tried."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FaultInvalid(SimulatorError, ValueError):
    """A fault is unknown or has a value it cannot have."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class RedirectRefused(SimulatorError, ValueError):
    """The page that asks who the user is does not belong to the account, or nobody is signed in; `reason` is for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
