"""Keeps tokens out of the log of the HTTP library, which at debug level writes whole addresses."""

from __future__ import annotations

import logging
import re

SECRET_PARAMETER = re.compile(r"\b(access_token|secret|code)=[^&\s'\"]+")


class _HideSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = SECRET_PARAMETER.sub(r"\1=***", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True


_HIDE_SECRETS = _HideSecrets()


def hide_secrets_in_logs() -> None:
    """Let the HTTP library's log say *** for tokens, secrets and sign-in codes. To be called as often as one likes."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection"):
        logging.getLogger(name).addFilter(_HIDE_SECRETS)
