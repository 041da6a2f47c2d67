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


class DeskSettingsInvalid(BotError, ValueError):
    """The desk's file has mistakes, all of them named; nothing of it is used."""

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


class StoreConflict(BotError, RuntimeError):
    """Another process wrote the same row first. The same again finds that row."""


class ModelUnavailable(BotError, RuntimeError):
    """There is no trained model, or it could not be loaded."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SignInRefused(BotError, PermissionError):
    """User name or password is wrong, or the account is disabled."""


class SignInLocked(BotError, PermissionError):
    """Too many wrong passwords for this name; none is looked at for a while."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"locked for {retry_after_s} s")
        self.retry_after_s = retry_after_s


class SignInBusy(BotError, ConnectionError):
    """So many passwords are being checked that this one's turn did not come."""


class PermissionDenied(BotError, PermissionError):
    """The account's role does not allow this."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class PasswordChangeRequired(BotError, PermissionError):
    """The password was made by somebody else, so nothing goes before changing it."""


class PasswordWeak(BotError, ValueError):
    """A new password is too easy to guess; `reason` is a key of the texts the reader sees."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AccountNotFound(BotError, LookupError):
    """No account has this user name."""

    def __init__(self, username: str) -> None:
        super().__init__(f"there is no account {username!r}")


class UsernameTaken(BotError, ValueError):
    """There is an account of this user name already."""

    def __init__(self, username: str) -> None:
        super().__init__(f"there is an account {username!r} already")


class AccountInvalid(BotError, ValueError):
    """A property of an account is not what it may be."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class LastAdmin(BotError, RuntimeError):
    """Nobody could administer any more: this is the last enabled admin."""

    def __init__(self, username: str) -> None:
        super().__init__(f"{username!r} is the last enabled admin")


class ChannelUnknown(BotError, LookupError):
    """No channel of this name is set up in this process."""


class CallbackRefused(BotError, PermissionError):
    """A platform's call cannot be trusted, so nothing of it is stored."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.channel = channel


class BadSignature(CallbackRefused):
    """The signature is missing or was not made with our token."""


class StaleCallback(CallbackRefused):
    """The signed time is too far from ours."""


class ReplayedCallback(CallbackRefused):
    """The same signed call was here before and has been answered, or comes with another body."""


class WrongAccount(CallbackRefused):
    """The message was encrypted for another account."""


class CallbackMalformed(BotError, ValueError):
    """A platform's call is signed but cannot be read; `reason` is for its log."""

    def __init__(self, channel: str, reason: str) -> None:
        super().__init__(f"{channel}: {reason}")
        self.channel = channel
        self.reason = reason


class PlatformError(BotError, RuntimeError):
    """A platform's API did not do what it was asked. `code` is the platform's own number, 0 without an answer."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class PlatformBusy(PlatformError):
    """Nothing was done; the same call may succeed later."""


class PlatformSilent(PlatformError):
    """The call was sent and no answer came: it may or may not have been carried out."""


class PlatformRefused(PlatformError):
    """The call will never succeed as it is."""


class SendingNotAllowed(PlatformRefused):
    """The account has no right to send on its own; what it owes goes with the user's next message."""


class TokenRejected(PlatformRefused):
    """The access token is not, or no longer, valid."""


class RecognitionFailed(BotError, RuntimeError):
    """The speech recogniser did not answer, or not as it must."""


class TransitionRefused(BotError, RuntimeError):
    """This conversation cannot change hands like this: it has another owner, or the actor may not."""

    def __init__(self, transition: str, owner: str) -> None:
        super().__init__(f"{transition} while {owner}")
        self.transition = transition
        self.owner = owner


class OwnedByOther(BotError, RuntimeError):
    """Somebody else has the conversation; `name` is what they are called."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class HandoverRefused(BotError, RuntimeError):
    """A handover cannot be done now; `reason` is a key of the texts the desk shows."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CannedReplyNotFound(BotError, LookupError):
    """There is no such canned reply, or it is somebody else's."""

    def __init__(self, reply_id: int) -> None:
        super().__init__(str(reply_id))
        self.reply_id = reply_id


class CaseNotFound(BotError, LookupError):
    """There is no such case, or it is not theirs to see. The two are one error, so that numbers cannot be probed."""


class CaseChangeRefused(BotError, ValueError):
    """The table of states has no such change. `reason`: not_from_here, not_yours, needs_text, reopened_before,
    department_needed, department_unknown, already_so or too_late."""

    def __init__(self, reason: str, transition: str, state: str) -> None:
        super().__init__(f"{transition} from {state}: {reason}")
        self.reason = reason
        self.transition = transition
        self.state = state


class CaseConflict(BotError):
    """Somebody else changed the case since it was looked at."""


class CaseInvalid(BotError, ValueError):
    """What is to be filed or changed has mistakes: field -> what to do about it."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


class EnterpriseNotFound(BotError, LookupError):
    """No enterprise has this 统一社会信用代码."""

    def __str__(self) -> str:
        return "there is no enterprise of this 统一社会信用代码"


class EnterpriseInvalid(BotError, ValueError):
    """A property of an enterprise is not what it may be: credit_code, name or district."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is not valid")
        self.field = field


class EnterpriseKnown(BotError, ValueError):
    """There is an enterprise of this 统一社会信用代码 already."""

    def __str__(self) -> str:
        return "there is an enterprise of this 统一社会信用代码 already"


class BindingRefused(BotError):
    """Somebody may not speak for an enterprise. `reason`: code_wrong (also used, expired, revoked, of another enterprise:
    they cannot be told apart), too_many_tries, consent_needed, already_bound; of a sign-in elsewhere: sign_in_stale (also
    used, or begun in another browser), sign_in_failed, claims_missing, claims_wrong."""

    def __init__(self, reason: str, retry_after_s: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class BindingNotFound(BotError, LookupError):
    """There is no such binding."""


class InvitationNotFound(BotError, LookupError):
    """There is no such invitation."""


class InvitationRefused(BotError):
    """An invitation cannot be issued or revoked. `reason`: too_many, role_unknown, name_invalid, used."""

    def __init__(self, reason: str, retry_after_s: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class IdentityProviderUnavailable(BotError):
    """The identity provider did not answer, or not as the protocol has it."""


class TaskNotFound(BotError, LookupError):
    """No task of the database has this number."""


class TaskInvalid(BotError, ValueError):
    """What is to be added to a task has mistakes: field -> what to do about it."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


class TaskConflict(BotError):
    """Somebody else changed the task's additions since they were looked at."""


class TaskFileRefused(BotError, ValueError):
    """A file that is to change tasks cannot be read at all. `reason`: empty, too_large, not_xlsx, old_or_encrypted, bomb,
    linked, macros, nested, damaged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TaskImportGone(BotError, LookupError):
    """There is no such prepared import: never, of somebody else, applied before, or too long ago."""


class WorkItemNotFound(BotError, LookupError):
    """No work item has this number."""


class WorkItemRefused(BotError, ValueError):
    """What cannot be done with a work item. `reason`: not_from_here, needs_text, task_unknown, department_unknown, conflict."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
