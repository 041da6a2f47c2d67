"""Who may speak for an enterprise: believed once it is shown, for a while, until it is revoked. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from bot.business.identity import GOOD_FOR, GOOD_FOR_PAGE, Caller, EnterpriseRole
from bot.business.roles import Role
from bot.errors import (
    BindingNotFound,
    BindingRefused,
    EnterpriseNotFound,
    InvitationNotFound,
    InvitationRefused,
    PermissionDenied,
)
from bot.persistence.channel_users import add_channel_user
from bot.persistence.database import Database
from bot.persistence.enterprise_tables import BindingFailureRow, BindingRow, InvitationRow, PendingBindingRow
from bot.persistence.tables import AccessLogRow
from bot.services import identity_notices as notices
from bot.services.callers import find_caller
from bot.services.identity import Identity
from bot.services.invitations import Invitations, NewInvitation
from bot.services.live import LiveEvents
from tests.fixtures.invitations import invite, new_credit_code, new_enterprise
from tests.fixtures.office import Office, Visitor, all_of

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def identity(office: Office) -> Identity:
    return Identity(office.database, LiveEvents(), office._wake, office.clock)


@pytest.fixture
def enterprise(office: Office) -> str:
    return new_enterprise(office.database)


def code_for(office: Office, enterprise: str, **given: str) -> str:
    return invite(office.database, enterprise, office.clock(), **given).code.value


def caller_of(office: Office, visitor: Visitor) -> Caller | None:
    with office.database.session() as session:
        return find_caller(session, visitor.id, office.clock())


def refusal(identity: Identity, visitor: Visitor, code: str, credit_code: str, has_consent: bool = True) -> str:
    with pytest.raises(BindingRefused) as refused:
        identity.bind_with_code(visitor.id, code, credit_code, has_consent)
    return refused.value.reason


def outcomes(office: Office, action: str = "bind") -> list[str]:
    return [row.outcome for row in all_of(office.database, AccessLogRow) if row.action == action]


def on_wechat(office: Office) -> Visitor:
    visitor = office.visitor("wechat")
    with office.database.session() as session:
        add_channel_user(session, "wechat", "wx1", f"o-{visitor.id}", visitor.id, office.clock())
    return visitor


# Binding.


def test_a_code_with_the_credit_code_and_consent_binds(office: Office, identity: Identity, enterprise: str) -> None:
    visitor, code = office.visitor(), code_for(office, enterprise)

    standing = identity.bind_with_code(visitor.id, code.lower(), f" {enterprise.lower()}", True)

    caller = caller_of(office, visitor)
    assert caller is not None and standing.caller == caller
    assert (caller.credit_code, caller.role, caller.enterprise_name) == (enterprise, "handler", "杭州示例科技有限公司")
    assert caller.expires_at == office.clock() + GOOD_FOR_PAGE
    (row,) = all_of(office.database, BindingRow)
    assert (row.method, row.consent, row.person_name) == ("invitation", notices.CONSENT_VERSION, "王女士")
    assert visitor.last_notice == notices.bound(caller).text
    assert outcomes(office) == ["allowed"]


def test_somebody_known_by_wechat_is_believed_for_longer_than_a_page(office: Office, identity: Identity, enterprise: str) -> None:
    visitor = on_wechat(office)

    identity.bind_with_code(visitor.id, code_for(office, enterprise, role="legal_representative"), enterprise, True)

    caller = caller_of(office, visitor)
    assert caller is not None and caller.holder == f"wechat:wx1:o-{visitor.id}"
    assert caller.expires_at == office.clock() + GOOD_FOR[EnterpriseRole.LEGAL_REPRESENTATIVE]


def test_neither_the_code_nor_the_openid_is_stored_where_they_can_be_read(
    office: Office, identity: Identity, enterprise: str
) -> None:
    visitor, code = office.visitor(), code_for(office, enterprise)

    identity.bind_with_code(visitor.id, code, enterprise, True)

    stored = [all_of(office.database, table) for table in (InvitationRow, BindingRow, AccessLogRow, BindingFailureRow)]
    text = "\n".join(str(vars(row)) for rows in stored for row in rows)
    assert code not in text and code.replace("-", "") not in text


def test_without_consent_nothing_is_looked_at_and_nothing_is_used_up(office: Office, identity: Identity, enterprise: str) -> None:
    visitor, code = office.visitor(), code_for(office, enterprise)

    assert refusal(identity, visitor, code, enterprise, has_consent=False) == "consent_needed"
    assert refusal(identity, visitor, "wrong", enterprise, has_consent=False) == "consent_needed"

    assert all_of(office.database, BindingFailureRow) == [] and outcomes(office) == []
    assert identity.bind_with_code(visitor.id, code, enterprise, True).caller


def test_who_is_bound_must_release_that_before_another_enterprise(office: Office, identity: Identity, enterprise: str) -> None:
    visitor, other = office.visitor(), new_enterprise(office.database, "杭州另一家有限公司")
    code = code_for(office, other)
    identity.bind_with_code(visitor.id, code_for(office, enterprise), enterprise, True)

    assert refusal(identity, visitor, code, other) == "already_bound"

    identity.release(visitor.id)
    standing = identity.bind_with_code(visitor.id, code, other, True)
    assert standing.caller and standing.caller.credit_code == other


# Refusing.


def wrong_codes(office: Office, enterprise: str) -> dict[str, tuple[str, str]]:
    """Return a code and a credit code of every kind that does not do."""
    identity = Identity(office.database, LiveEvents(), office._wake, office.clock)
    used, revoked, of_other = (invite(office.database, enterprise, office.clock()) for _ in range(3))
    identity.bind_with_code(office.visitor().id, used.code.value, enterprise, True)
    chief = office.person(f"chief-{used.id[:6]}", Role.SUPERVISOR)
    Invitations(office.database, office.clock).revoke(chief, revoked.id)
    expired = invite(office.database, enterprise, office.clock() - 72 * HOUR)
    other = new_enterprise(office.database, "杭州另一家有限公司")
    return {
        "unknown": ("ABCD-EFGH-JKMN", enterprise),
        "used": (used.code.value, enterprise),
        "revoked": (revoked.code.value, enterprise),
        "expired": (expired.code.value, enterprise),
        "of another enterprise": (of_other.code.value, other),
        "of an enterprise that is not there": (of_other.code.value, new_credit_code()),
        "of something that is no credit code": (of_other.code.value, enterprise[:-1]),
        "empty": ("", ""),
        "NUL": ("\x00", "\x00"),
        "emoji": ("😀" * 12, "😀" * 18),
    }


def test_whatever_is_wrong_with_a_code_it_is_one_refusal_and_is_counted(
    office: Office, identity: Identity, enterprise: str
) -> None:
    for kind, (code, credit_code) in wrong_codes(office, enterprise).items():
        visitor = office.visitor()
        assert refusal(identity, visitor, code, credit_code) == "code_wrong", kind
        assert caller_of(office, visitor) is None and visitor.told() == [], kind

    assert outcomes(office).count("denied") == 10


def test_whatever_is_wrong_with_a_code_the_same_is_asked_of_the_database(
    office: Office, identity: Identity, enterprise: str
) -> None:
    work: dict[str, list[str]] = {}
    for kind, (code, credit_code) in wrong_codes(office, enterprise).items():
        refusal(identity, office.visitor(), code, credit_code)  # so that each enterprise was counted before
        visitor = office.visitor()

        with statements(office.database) as asked:
            refusal(identity, visitor, code, credit_code)

        work[kind] = asked
    assert len(work) == 10 and all(asked == work["unknown"] for asked in work.values())


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect what is asked of the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def test_the_sixth_try_is_not_looked_at_be_it_right_and_the_lock_survives_a_restart(
    office: Office, identity: Identity, enterprise: str
) -> None:
    visitor, code = office.visitor(), code_for(office, enterprise)
    for _ in range(5):
        assert refusal(identity, visitor, "ABCD-EFGH-JKMN", enterprise) == "code_wrong"

    again = Identity(office.database, LiveEvents(), office._wake, office.clock)

    with pytest.raises(BindingRefused) as locked:
        again.bind_with_code(visitor.id, code, enterprise, True)
    assert (locked.value.reason, locked.value.retry_after_s) == ("too_many_tries", 1800)
    assert again.bind_with_code(office.visitor().id, code, enterprise, True).caller, "somebody else is not locked"


def test_the_lock_ends_and_tries_while_it_holds_do_not_prolong_it(office: Office, identity: Identity, enterprise: str) -> None:
    visitor, code = office.visitor(), code_for(office, enterprise)
    for _ in range(5):
        refusal(identity, visitor, "ABCD-EFGH-JKMN", enterprise)
    office.clock.now += 29 * MINUTE
    assert refusal(identity, visitor, code, enterprise) == "too_many_tries"

    office.clock.now += MINUTE

    assert identity.bind_with_code(visitor.id, code, enterprise, True).caller


def test_whoever_opens_ever_new_pages_is_stopped_by_the_enterprises_count(
    office: Office, identity: Identity, enterprise: str
) -> None:
    for _ in range(50):
        assert refusal(identity, office.visitor(), "ABCD-EFGH-JKMN", enterprise) == "code_wrong"

    assert refusal(identity, office.visitor(), "ABCD-EFGH-JKMN", enterprise) == "too_many_tries"


def test_what_was_counted_and_begun_long_ago_is_forgotten(office: Office, identity: Identity, enterprise: str) -> None:
    visitor = office.visitor()
    refusal(identity, visitor, "ABCD-EFGH-JKMN", enterprise)
    visitor.say("绑定 ABCD-EFGH-JKMN")

    identity.forget_old()
    assert len(all_of(office.database, BindingFailureRow)) == 2 and len(all_of(office.database, PendingBindingRow)) == 1

    office.clock.now += 25 * HOUR
    identity.forget_old()
    assert all_of(office.database, BindingFailureRow) == [] and all_of(office.database, PendingBindingRow) == []


# Ending.


def test_a_binding_ends_by_itself_and_may_then_be_made_anew(office: Office, identity: Identity, enterprise: str) -> None:
    visitor = office.visitor()
    identity.bind_with_code(visitor.id, code_for(office, enterprise), enterprise, True)

    office.clock.now += GOOD_FOR_PAGE
    assert caller_of(office, visitor) is None

    identity.bind_with_code(visitor.id, code_for(office, enterprise), enterprise, True)
    with office.database.session() as session:
        rows = session.scalars(select(BindingRow).order_by(BindingRow.created_at)).all()
    assert [row.revoked_by for row in rows] == ["expired", None] and caller_of(office, visitor)


def test_who_is_bound_may_end_it_at_once(office: Office, identity: Identity, enterprise: str) -> None:
    visitor = office.visitor()
    identity.bind_with_code(visitor.id, code_for(office, enterprise), enterprise, True)

    identity.release(visitor.id)
    identity.release(visitor.id)

    assert caller_of(office, visitor) is None and identity.show(visitor.id).caller is None
    assert visitor.told()[-1] == notices.released("杭州示例科技有限公司").text and len(visitor.told()) == 2
    assert outcomes(office, "unbind") == ["allowed"]


def test_the_desk_ends_a_binding_and_the_person_is_told(office: Office, identity: Identity, enterprise: str) -> None:
    mei, visitor = office.person("mei"), on_wechat(office)
    identity.bind_with_code(visitor.id, code_for(office, enterprise), enterprise, True)
    (binding,) = all_of(office.database, BindingRow)

    identity.revoke(mei, binding.id)
    identity.revoke(mei, binding.id)

    assert caller_of(office, visitor) is None
    assert visitor.told()[1:] == [notices.revoked_by_desk("杭州示例科技有限公司").text]
    assert outcomes(office, "revoke_binding") == ["allowed"]


def test_the_desk_cannot_end_what_is_not_there(office: Office, identity: Identity) -> None:
    mei = office.person("mei")

    for nothing in ("no-such-binding", "\x00"):
        with pytest.raises(BindingNotFound):
            identity.revoke(mei, nothing)


# Issuing.


@pytest.fixture
def invitations(office: Office) -> Invitations:
    return Invitations(office.database, office.clock)


def issue(invitations: Invitations, office: Office, enterprise: str, username: str = "mei") -> NewInvitation:
    return invitations.issue(office.principal(username), enterprise, "handler", "王女士")


def test_an_account_issues_twenty_codes_an_hour_and_no_more(office: Office, invitations: Invitations, enterprise: str) -> None:
    office.person("mei")
    office.person("lin")
    codes = {issue(invitations, office, enterprise).code.value for _ in range(20)}

    with pytest.raises(InvitationRefused) as refused:
        issue(invitations, office, enterprise)
    assert refused.value.reason == "too_many" and len(codes) == 20
    assert issue(invitations, office, enterprise, "lin")

    office.clock.now += HOUR
    assert issue(invitations, office, enterprise)


def test_who_only_reads_issues_and_revokes_nothing(office: Office, invitations: Invitations, identity: Identity, enterprise: str):
    for role in (Role.READONLY, Role.DEPARTMENT):
        person = office.person(role.value, role)
        for act in (
            lambda: invitations.issue(person, enterprise, "handler", ""),  # noqa: B023
            lambda: invitations.revoke(person, "x"),  # noqa: B023
            lambda: identity.revoke(person, "x"),  # noqa: B023
        ):
            with pytest.raises(PermissionDenied):
                act()


@pytest.mark.parametrize(
    ("role", "name", "reason"),
    [
        ("owner", "", "role_unknown"),
        ("", "", "role_unknown"),
        ("handler", "王\x00", "name_invalid"),
        ("handler", "王" * 33, "name_invalid"),
    ],
)
def test_an_invitation_is_for_a_role_and_a_name_that_can_be_shown(
    office: Office, invitations: Invitations, enterprise: str, role: str, name: str, reason: str
) -> None:
    with pytest.raises(InvitationRefused) as refused:
        invitations.issue(office.person("mei"), enterprise, role, name)

    assert refused.value.reason == reason


@pytest.mark.parametrize("code", ["", "\x00", "91330100MA0000000", "😀" * 18])
def test_nobody_is_invited_to_an_enterprise_that_is_not_there(office: Office, invitations: Invitations, code: str) -> None:
    mei = office.person("mei")

    for nothing in (code, new_credit_code()):
        with pytest.raises(EnterpriseNotFound):
            invitations.issue(mei, nothing, "handler", "")


def test_a_code_that_was_used_cannot_be_revoked_and_one_that_is_not_there_neither(
    office: Office, invitations: Invitations, identity: Identity, enterprise: str
) -> None:
    mei, new = office.person("mei"), invite(office.database, enterprise, office.clock())
    identity.bind_with_code(office.visitor().id, new.code.value, enterprise, True)

    with pytest.raises(InvitationRefused) as refused:
        invitations.revoke(mei, new.id)
    assert refused.value.reason == "used"
    for nothing in ("no-such-invitation", "\x00"):
        with pytest.raises(InvitationNotFound):
            invitations.revoke(mei, nothing)
