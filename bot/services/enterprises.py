"""Enterprises as the desk sees them: a list, one with its people and invitations, a new one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.business.credit_code import is_credit_code
from bot.business.invitation import plain_credit_code
from bot.business.roles import Permission, Principal
from bot.errors import EnterpriseInvalid, EnterpriseKnown, EnterpriseNotFound, StoreConflict
from bot.persistence import access_log, bindings, enterprises, invitations, presences
from bot.persistence.access_log import ALLOWED
from bot.persistence.database import Database, Session
from bot.persistence.enterprise_tables import BindingRow, EnterpriseRow, InvitationRow
from bot.services.invitations import CLI

PER_PAGE = 50
SHOWN = 100
"""Bindings and invitations of one enterprise, the newest."""
MAX_NAME, MAX_DISTRICT = 128, 32


@dataclass(frozen=True)
class Listed:
    enterprise: EnterpriseRow
    cases: int
    bindings: int
    """How many people may speak for it now."""


@dataclass(frozen=True)
class Detail:
    enterprise: EnterpriseRow
    bindings: Sequence[BindingRow]
    invitations: Sequence[InvitationRow]
    names: Mapping[str, str]
    """What accounts are called."""


class Enterprises:
    """The desk's use cases; they run in threads."""

    def __init__(self, database: Database, now: Callable[[], datetime], districts: Collection[str] | None = None) -> None:
        """`districts`: those that an enterprise may be in; None = any."""
        self._database = database
        self._now = now
        self._districts = districts

    def list_for(self, principal: Principal, words: str, after: str | None) -> tuple[list[Listed], str | None]:
        """Return a page of enterprises, and the code behind which the next one begins."""
        principal.require(Permission.READ)
        return self._page(words, after)

    def list_all(self) -> Iterator[Listed]:
        """Yield every enterprise, for whoever runs commands on this machine."""
        page, after = self._page("", None)
        yield from page
        while after is not None:
            page, after = self._page("", after)
            yield from page

    def _page(self, words: str, after: str | None) -> tuple[list[Listed], str | None]:
        if not words.isprintable() or not (after or "").isprintable():  # PostgreSQL refuses NUL in a text
            return [], None
        with self._database.session() as session:
            found = enterprises.search_enterprises(session, words.strip()[:MAX_NAME], after, PER_PAGE + 1)
            page = found[:PER_PAGE]
            return self._listed(session, page), page[-1].credit_code if len(found) > PER_PAGE else None

    def get(self, principal: Principal, credit_code: str) -> Detail:
        """Return one enterprise, and write down that it was looked at. Raises EnterpriseNotFound."""
        principal.require(Permission.READ)
        code = plain_credit_code(credit_code)
        with self._database.session() as session:
            row = bindings.find_enterprise(session, code) if is_credit_code(code) else None
            if row is None:
                raise EnterpriseNotFound
            access_log.note_attempt(session, f"agent:{principal.username}", "read_enterprise", code, ALLOWED, self._now())
            return Detail(
                row,
                bindings.list_bindings_of(session, code, SHOWN),
                invitations.list_of(session, code, SHOWN),
                presences.names(session),
            )

    def add(self, principal: Principal, credit_code: str, name: str, district: str | None) -> Listed:
        """Raises EnterpriseInvalid, EnterpriseKnown."""
        principal.require(Permission.TALK)
        return self._add(f"agent:{principal.username}", credit_code, name, district)

    def add_here(self, credit_code: str, name: str, district: str | None) -> Listed:
        """The same for whoever runs commands on this machine."""
        return self._add(CLI, credit_code, name, district)

    def _add(self, who: str, credit_code: str, name: str, district: str | None) -> Listed:
        code, place, now = plain_credit_code(credit_code), district or None, self._now()
        self._check(code, name.strip(), place)
        try:
            with self._database.session() as session:
                if bindings.find_enterprise(session, code) is not None:
                    raise EnterpriseKnown
                row = bindings.add_enterprise(session, code, name.strip(), place, who, now)
                access_log.note_attempt(session, who, "add_enterprise", code, ALLOWED, now)
        except StoreConflict:  # added elsewhere at the same moment
            raise EnterpriseKnown from None
        return Listed(row, 0, 0)

    def _check(self, code: str, name: str, district: str | None) -> None:
        if not is_credit_code(code):
            raise EnterpriseInvalid("credit_code")
        if not is_enterprise_name(name):
            raise EnterpriseInvalid("name")
        if district is None:
            return
        is_known = self._districts is None or district in self._districts
        if not is_known or len(district) > MAX_DISTRICT or not district.isprintable():
            raise EnterpriseInvalid("district")

    def _listed(self, session: Session, rows: Sequence[EnterpriseRow]) -> list[Listed]:
        codes = [row.credit_code for row in rows]
        cases = enterprises.count_cases(session, codes)
        people = enterprises.count_live_bindings(session, codes, self._now())
        return [Listed(row, cases.get(row.credit_code, 0), people.get(row.credit_code, 0)) for row in rows]


def is_enterprise_name(name: str) -> bool:
    return 2 <= len(name) <= MAX_NAME and name.isprintable() and name == name.strip()
