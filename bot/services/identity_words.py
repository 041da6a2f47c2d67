"""Binding an enterprise by words alone, so that it works in every messenger: the code, the 统一社会信用代码, then consent.

The steps are kept in the database, never in memory; a code is kept as its hash, and its message is stored without it. Whoever
says something else meanwhile is answered as always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.business.binding_words import BindingWish, agrees, declines, wish_of
from bot.business.credit_code import is_credit_code
from bot.business.invitation import find_said_code, find_said_credit_code
from bot.business.payload import CONSENT_TO_BINDING, DECLINE_BINDING, event_payload, parse_desk_payload
from bot.errors import BindingRefused
from bot.persistence import binding_failures, bindings
from bot.persistence.database import Session
from bot.persistence.enterprise_tables import PendingBindingRow
from bot.persistence.tables import ConversationRow, MessageRow
from bot.services import identity_notices as notices
from bot.services.callers import find_caller
from bot.services.handover_notices import Notice
from bot.services.identity import bind, release
from bot.services.invitations import InvitationVerification, ShownCode, hash_of_code
from bot.services.message_text import CleanMessage
from bot.services.ownership import tell_user
from knowledge.normalise import normalise

GOES_ON_FOR = timedelta(minutes=15)
"""How long the next step is waited for."""
CODE_SAID = event_payload("binding_code")
"""Payload of a message that had a code in it. No button and no page can send it."""


@dataclass(frozen=True)
class _Read:
    """What stands in a message about binding."""

    wish: BindingWish | None = None
    has_code: bool = False
    credit_code: str | None = None
    has_agreed: bool = False
    has_declined: bool = False


class IdentityWords:
    """Deals with such words within the caller's transaction, on a conversation whose row is locked."""

    def __init__(self, page: str = "", providers: Sequence[str] = ()) -> None:
        """`page`: the address of the chat page, "" when not known; `providers`: what sign-ins elsewhere are called."""
        self._page = page
        self._providers = tuple(providers)
        self._invitation = InvitationVerification()

    def hide_code(self, session: Session, conversation_id: str, said: CleanMessage, now: datetime) -> CleanMessage:
        """Return the message as it is to be stored; a code in it is kept, as its hash, for the step to which it belongs."""
        found = find_said_code(said.text)
        if found is None:
            return said
        binding_failures.set_pending(session, conversation_id, hash_of_code(found.code), now)
        return CleanMessage(found.masked, CODE_SAID)

    def hear(
        self,
        session: Session,
        conversation: ConversationRow,
        message: MessageRow,
        payload: str | None,
        now: datetime,
        due_at: datetime | None = None,
    ) -> bool:
        """Deal with what the user says about their enterprise; return whether that was all there was to do."""
        notice = self._answer(session, conversation.id, message.text, payload, now)
        if notice is None:
            return False
        tell_user(session, conversation, notice, now, message, due_at)
        return True

    def is_for_us(self, text: str, payload: str | None) -> bool:
        """Whether `hear` might have something to do: a look at the words alone, which is cheap."""
        return self._read(text, payload) != _Read()

    def is_only_for_binding(self, message: MessageRow) -> bool:
        """Whether the words say nothing about any matter, so that the bot need not know them."""
        read = self._read(message.text, message.payload)
        return read.has_code or (read != _Read() and (read.credit_code is None or is_credit_code(message.text)))

    def _read(self, text: str, payload: str | None) -> _Read:
        plain, said = normalise(text), parse_desk_payload(payload)
        if said is not None:
            return _Read(has_agreed=said.intent == CONSENT_TO_BINDING, has_declined=said.intent == DECLINE_BINDING)
        credit_code, has_code = find_said_credit_code(text), payload == CODE_SAID
        if has_code:
            return _Read(None, True, credit_code)
        return _Read(wish_of(plain), False, credit_code, agrees(plain), declines(plain))

    def _answer(self, session: Session, conversation_id: str, text: str, payload: str | None, now: datetime) -> Notice | None:
        read = self._read(text, payload)
        pending = binding_failures.find_pending(session, conversation_id, now - GOES_ON_FOR)
        if read.wish is not None:
            return self._do(session, conversation_id, read.wish, pending, now)
        if pending is None:
            return notices.STEP_OVER if read.has_code or parse_desk_payload(payload) else None
        if read.has_declined:
            return self._forget(session, pending, notices.not_bound_after_all())
        if read.has_agreed:
            return self._bind(session, pending, now) if pending.credit_code else notices.credit_code_asked()
        if read.credit_code is None:
            return notices.credit_code_asked()
        return self._check(session, pending, read.credit_code, now)

    def _do(
        self, session: Session, conversation_id: str, wish: BindingWish, pending: PendingBindingRow | None, now: datetime
    ) -> Notice:
        if wish is BindingWish.RELEASE:
            was = release(session, conversation_id, now)
            if was is None and pending is not None:
                return self._forget(session, pending, notices.not_bound_after_all())
            return notices.released(was.enterprise_name) if was else notices.was_not_bound()
        caller = find_caller(session, conversation_id, now)
        if wish is BindingWish.SHOW or caller is not None:
            return notices.shown(caller)
        return notices.how_to_bind(self._page, self._providers)

    def _check(self, session: Session, pending: PendingBindingRow, credit_code: str, now: datetime) -> Notice | None:
        """Look whether the code belongs to this enterprise; only then is the enterprise named, and consent asked for."""
        if not is_credit_code(credit_code):
            return None if pending.credit_code else notices.NOT_RIGHT
        holder = bindings.holder_of(session, pending.conversation_id)
        if bindings.find_live_binding(session, holder, now) is not None:
            return self._forget(session, pending, notices.refused("already_bound"))
        speaker = self._invitation.find_speaker(session, holder, ShownCode(pending.code_sha256, credit_code), now)
        if isinstance(speaker, BindingRefused):
            return self._forget(session, pending, notices.refused(speaker.reason))
        pending.credit_code, pending.at = credit_code, now
        enterprise = bindings.find_enterprise(session, credit_code)
        assert enterprise is not None, "its invitation was just found"
        return notices.consent_asked(enterprise.name, speaker.role)

    def _bind(self, session: Session, pending: PendingBindingRow, now: datetime) -> Notice:
        assert pending.credit_code is not None
        shown = ShownCode(pending.code_sha256, pending.credit_code)
        outcome = bind(session, self._invitation, pending.conversation_id, shown, True, now)
        if isinstance(outcome, BindingRefused):
            return self._forget(session, pending, notices.refused(outcome.reason))
        return self._forget(session, pending, notices.bound(outcome))

    def _forget(self, session: Session, pending: PendingBindingRow, notice: Notice) -> Notice:
        binding_failures.forget_pending(session, pending.conversation_id)
        return notice
