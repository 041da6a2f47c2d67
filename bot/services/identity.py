"""Who may speak for an enterprise: shown in one of several ways, consented to, revoked.

A way of showing it is a `Verification`; there are two, an invitation's code and a sign-in at an identity provider.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.business.identity import Caller, good_until
from bot.business.invitation import FAILURES_KEPT_FOR, plain_credit_code
from bot.business.roles import Permission, Principal
from bot.errors import BindingNotFound, BindingRefused
from bot.persistence import access_log, binding_failures, bindings, conversations
from bot.persistence.access_log import ALLOWED
from bot.persistence.database import Database, Session
from bot.persistence.enterprise_tables import BindingRow
from bot.services import identity_notices as notices
from bot.services.callers import find_caller
from bot.services.handover_notices import Notice
from bot.services.invitations import InvitationVerification, ShownCode, hash_of_code
from bot.services.live import Happening, LiveEvents
from bot.services.ownership import tell_user
from bot.services.verification import Shown, Speaker, Verification

BEGUN_KEPT_FOR = timedelta(hours=1)
"""Of a code written in a chat, or a sign-in begun elsewhere, that nothing came of."""
PROVIDER = "oidc"
"""Id of the one identity provider that may be set up."""
SIGN_IN_WITHIN = timedelta(minutes=10)
"""From going there to coming back."""
PAGE = "conversation:"
"""How the holder of a page begins: whoever has that browser has its key."""


@dataclass(frozen=True)
class Standing:
    """Whom somebody in a chat speaks for, and how they may show it."""

    caller: Caller | None
    providers: Sequence[tuple[str, str]]
    """Identity providers: id and what people call it."""


def bind(
    session: Session, way: Verification[Shown], conversation_id: str, shown: Shown, has_consent: bool, now: datetime
) -> Caller | BindingRefused:
    """Bind whoever writes in this conversation, whose row is locked; or return why not. One live binding each."""
    holder = bindings.holder_of(session, conversation_id)
    if not has_consent:
        return BindingRefused("consent_needed")
    if bindings.find_live_binding(session, holder, now) is not None:
        return BindingRefused("already_bound")
    speaker = way.find_speaker(session, holder, shown, now)
    if isinstance(speaker, BindingRefused):
        return speaker
    way.use_up(session, speaker, holder, now)
    row = _binding_row(holder, speaker, way.method, now)
    bindings.add_binding(session, row)
    access_log.note_attempt(session, holder, "bind", row.id, ALLOWED, now, conversation_id)
    caller = find_caller(session, conversation_id, now)
    assert caller is not None, "it was just bound"
    return caller


def release(session: Session, conversation_id: str, now: datetime) -> Caller | None:
    """End the binding of whoever writes in this conversation; return what it was, None when there was none."""
    caller = find_caller(session, conversation_id, now)
    if caller is None:
        return None
    row = bindings.find_binding(session, caller.binding_id)
    assert row is not None, "it was just found"
    row.revoked_at, row.revoked_by = now, caller.holder
    access_log.note_attempt(session, caller.holder, "unbind", row.id, ALLOWED, now, conversation_id)
    return caller


def _binding_row(holder: str, speaker: Speaker, method: str, now: datetime) -> BindingRow:
    return BindingRow(
        id=uuid.uuid4().hex,
        holder=holder,
        credit_code=speaker.credit_code,
        role=speaker.role,
        person_name=speaker.person_name,
        method=method,
        proof=speaker.proof,
        consent=notices.CONSENT_VERSION,
        consented_at=now,
        created_at=now,
        expires_at=good_until(speaker.role, holder.startswith(PAGE), now),
    )


class Identity:
    """The use cases beside the chat's words. They run in threads; the user is told in the chat what has changed."""

    def __init__(
        self,
        database: Database,
        live: LiveEvents,
        wake: Callable[[], None],
        now: Callable[[], datetime],
        providers: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._database = database
        self._live = live
        self._wake = wake
        self._now = now
        self.providers = providers
        self._invitation = InvitationVerification()

    def show(self, conversation_id: str) -> Standing:
        with self._database.session() as session:
            return Standing(find_caller(session, conversation_id, self._now()), self.providers)

    def bind_with_code(self, conversation_id: str, code: str, credit_code: str, has_consent: bool) -> Standing:
        """Bind whoever writes in this conversation. Raises BindingRefused."""
        shown = ShownCode(hash_of_code(code), plain_credit_code(credit_code))
        return self.bind(self._invitation, conversation_id, shown, has_consent)

    def bind(self, way: Verification[Shown], conversation_id: str, shown: Shown, has_consent: bool) -> Standing:
        """Bind by whichever way. Raises BindingRefused, after what was tried has been stored."""
        now = self._now()
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, conversation_id)
            outcome = bind(session, way, conversation_id, shown, has_consent, now)
            if isinstance(outcome, Caller):
                tell_user(session, conversation, notices.bound(outcome), now)
        if isinstance(outcome, BindingRefused):
            raise outcome
        self._tell(conversation_id)
        return Standing(outcome, self.providers)

    def release(self, conversation_id: str) -> None:
        """End the binding of whoever writes in this conversation, if there is one."""
        now = self._now()
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, conversation_id)
            was = release(session, conversation_id, now)
            if was is not None:
                tell_user(session, conversation, notices.released(was.enterprise_name), now)
        if was is not None:
            self._tell(conversation_id)

    def revoke(self, principal: Principal, binding_id: str) -> None:
        """End somebody's binding from the desk. Raises BindingNotFound; one that is over stays as it is."""
        principal.require(Permission.TALK)
        now, who = self._now(), f"agent:{principal.username}"
        with self._database.session() as session:
            found = bindings.find_binding(session, binding_id) if binding_id.isprintable() else None
            if found is None:
                raise BindingNotFound
            if found.revoked_at is not None or found.expires_at <= now:
                return
            found.revoked_at, found.revoked_by = now, who
            access_log.note_attempt(session, who, "revoke_binding", found.id, ALLOWED, now)
            where = bindings.conversation_of(session, found.holder)
            enterprise = bindings.find_enterprise(session, found.credit_code)
        if where is not None and enterprise is not None:
            self._say(where, notices.revoked_by_desk(enterprise.name))

    def forget_old(self) -> None:
        """Forget wrong codes of long ago and what was begun and left. For the housekeeper."""
        now = self._now()
        with self._database.session() as session:
            binding_failures.forget_old(session, now - FAILURES_KEPT_FOR, now - BEGUN_KEPT_FOR)

    def _say(self, conversation_id: str, notice: Notice) -> None:
        """Tell them in a transaction of its own: conversations are locked before bindings, never after."""
        with self._database.session() as session:
            conversation = conversations.get_conversation_for_update(session, conversation_id)
            tell_user(session, conversation, notice, self._now())
        self._tell(conversation_id)

    def _tell(self, conversation_id: str) -> None:
        self._wake()
        self._live.tell(conversation_id, Happening("message"))
