"""What can go wrong, named as the business would say it. Each edge maps these once to what its reader needs."""

from __future__ import annotations


class BotError(Exception):
    """Root of all errors this project raises on purpose."""


class SettingInvalid(BotError, ValueError):
    """A setting is missing or malformed."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"setting {name}: {reason}")
        self.name = name
        self.reason = reason


class FileInvalid(BotError, ValueError):
    """A file given to a command or found in the project does not hold what it must."""

    def __init__(self, file: str, field: str, reason: str) -> None:
        super().__init__(f"{file}: {field}: {reason}")
        self.file = file
        self.field = field
        self.reason = reason


class ArticleInvalid(FileInvalid):
    """An article breaks the schema; names file, field and reason."""


class KnowledgeInvalid(BotError, ValueError):
    """Several knowledge files are bad; nothing was loaded."""

    def __init__(self, problems: list[FileInvalid]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class ConversationNotFound(BotError, LookupError):
    """No conversation has this id, or the token is not its key. The two are one error, so that ids cannot be probed."""


class MessageRefused(BotError, ValueError):
    """A message cannot be accepted; `reason` is a key of the texts the channel shows."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OwnerChanged(BotError, RuntimeError):
    """The conversation changed hands meanwhile, so what was prepared is dropped."""


class StoreUnavailable(BotError, ConnectionError):
    """The database does not answer."""


class ModelUnavailable(BotError, RuntimeError):
    """There is no trained model, or it could not be loaded."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SignInRefused(BotError, PermissionError):
    """User name or password is wrong, or the account is disabled."""
