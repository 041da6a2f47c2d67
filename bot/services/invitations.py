"""Invitations: issued at the desk, shown once, of use to one person who also knows the enterprise's 统一社会信用代码."""

from __future__ import annotations

import hashlib
import math
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.business import invitation as rules
from bot.business.credit_code import is_credit_code
from bot.business.identity import EnterpriseRole
from bot.business.invitation import ENTERPRISE_LIMIT, HOLDER_LIMIT, InvitationState, make_code, plain_code, state_of
from bot.business.roles import Permission, Principal
from bot.errors import BindingRefused, EnterpriseNotFound, InvitationNotFound, InvitationRefused
from bot.persistence import access_log, binding_failures, bindings, invitations, users
from bot.persistence.access_log import ALLOWED, DENIED
from bot.persistence.database import Database, Session
from bot.persistence.enterprise_tables import InvitationRow
from bot.services.verification import Speaker
from bot.settings import Secret

MAX_PERSON_NAME = 32
CLI = "cli"
"""Who issued what was issued by a command on the machine."""


@dataclass(frozen=True)
class ShownCode:
    """What somebody shows of an invitation: a code, and the 统一社会信用代码 of its enterprise."""

    code_sha256: str
    credit_code: str


@dataclass(frozen=True)
class NewInvitation:
    id: str
    code: Secret
    """Shown once; just its hash is stored."""
    expires_at: datetime


class InvitationVerification:
    """Believes a code with the right 统一社会信用代码. Whatever is wrong about it, the answer and the work are the same."""

    method = "invitation"

    def find_speaker(self, session: Session, holder: str, shown: ShownCode, now: datetime) -> Speaker | BindingRefused:
        counted = [
            (binding_failures.get_tries(session, _sha256(key), now), limit)
            for key, limit in ((f"holder:{holder}", HOLDER_LIMIT), (f"enterprise:{shown.credit_code}", ENTERPRISE_LIMIT))
        ]
        found = invitations.find_by_code(session, shown.code_sha256)
        locks = [left for row, _ in counted if (left := binding_failures.tries_of(row).lock_left(now))]
        if locks:
            self._note(session, holder, shown, "bind_locked", now)
            return BindingRefused("too_many_tries", math.ceil(max(locks).total_seconds()))
        if found is None or not _fits(found, shown.credit_code, now):
            for row, limit in counted:
                binding_failures.set_tries(row, binding_failures.tries_of(row).one_more(limit, now))
            self._note(session, holder, shown, "bind", now)
            return BindingRefused("code_wrong")
        return Speaker(found.credit_code, EnterpriseRole(found.role), found.person_name, found.id)

    def use_up(self, session: Session, speaker: Speaker, holder: str, now: datetime) -> None:
        found = invitations.find_invitation(session, speaker.proof)
        assert found is not None, "it was just found, and is locked"
        found.used_at, found.used_by = now, holder

    def _note(self, session: Session, holder: str, shown: ShownCode, action: str, now: datetime) -> None:
        asked = _sha256(f"{shown.code_sha256}:{shown.credit_code}")
        access_log.note_attempt(session, holder, action, asked, DENIED, now)


class Invitations:
    """What the desk does with invitations. Runs in threads."""

    def __init__(self, database: Database, now: Callable[[], datetime], choose: Callable[[str], str] = secrets.choice) -> None:
        self._database = database
        self._now = now
        self._choose = choose

    def issue(self, principal: Principal, credit_code: str, role: str, person_name: str) -> NewInvitation:
        """Return a new invitation. Raises EnterpriseNotFound, InvitationRefused."""
        principal.require(Permission.TALK)
        now, who = self._now(), f"agent:{principal.username}"
        with self._database.session() as session:
            users.find_user(session, principal.username, for_update=True)  # so that two at once are both counted
            if invitations.count_issued(session, who, now - timedelta(hours=1)) >= rules.PER_HOUR:
                raise InvitationRefused("too_many", int(timedelta(hours=1).total_seconds()))
            return self._add(session, who, credit_code, role, person_name, now)

    def issue_here(self, credit_code: str, role: str, person_name: str) -> NewInvitation:
        """The same for whoever runs commands on this machine."""
        with self._database.session() as session:
            return self._add(session, CLI, credit_code, role, person_name, self._now())

    def revoke(self, principal: Principal, invitation_id: str) -> None:
        """Let a code be of no use any more. Raises InvitationNotFound, InvitationRefused for one that was used."""
        principal.require(Permission.TALK)
        now, who = self._now(), f"agent:{principal.username}"
        with self._database.session() as session:
            found = invitations.find_invitation(session, invitation_id) if invitation_id.isprintable() else None
            if found is None:
                raise InvitationNotFound
            if found.used_at is not None:
                raise InvitationRefused("used")
            if found.revoked_at is None:
                found.revoked_at, found.revoked_by = now, who
                access_log.note_attempt(session, who, "revoke_invitation", found.id, ALLOWED, now)

    def _add(self, session: Session, who: str, credit_code: str, role: str, person_name: str, now: datetime) -> NewInvitation:
        if not is_credit_code(credit_code) or bindings.find_enterprise(session, credit_code) is None:
            raise EnterpriseNotFound
        if role not in list(EnterpriseRole):
            raise InvitationRefused("role_unknown")
        name = person_name.strip()
        if len(name) > MAX_PERSON_NAME or not name.isprintable():
            raise InvitationRefused("name_invalid")
        new = NewInvitation(uuid.uuid4().hex, Secret(make_code(self._choose)), now + rules.GOOD_FOR)
        session.add(
            InvitationRow(
                id=new.id,
                code_sha256=hash_of_code(new.code.value),
                credit_code=credit_code,
                role=role,
                person_name=name,
                created_by=who,
                created_at=now,
                expires_at=new.expires_at,
            )
        )
        access_log.note_attempt(session, who, "invite", new.id, ALLOWED, now)
        return new


def hash_of_code(code: str) -> str:
    """Return what is stored of a code, however it was typed."""
    return _sha256(plain_code(code))


def _fits(found: InvitationRow, credit_code: str, now: datetime) -> bool:
    is_open = state_of(found.used_at, found.revoked_at, found.expires_at, now) is InvitationState.OPEN
    return is_open and found.credit_code == credit_code


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
