"""Named queries on enterprises."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from bot.persistence.case_tables import CaseRow
from bot.persistence.enterprise_tables import BindingRow, EnterpriseRow


def search_enterprises(session: Session, words: str, after: str | None, limit: int) -> Sequence[EnterpriseRow]:
    """Return enterprises whose name has the words or whose code begins with them, names that begin with them first.

    `after`: the code of the last one of the page before.
    """
    begins = func.lower(EnterpriseRow.name).startswith(words.lower(), autoescape=True)
    order = [case((begins, 0), else_=1), EnterpriseRow.name]
    found = select(EnterpriseRow).order_by(*order, EnterpriseRow.credit_code).limit(limit)
    if words:
        has_words = func.lower(EnterpriseRow.name).contains(words.lower(), autoescape=True)
        found = found.where(or_(has_words, EnterpriseRow.credit_code.startswith(words.upper(), autoescape=True)))
    last = session.get(EnterpriseRow, after) if after else None
    if last is not None:
        place = (0 if last.name.lower().startswith(words.lower()) else 1, last.name, last.credit_code)
        found = found.where(tuple_(*order, EnterpriseRow.credit_code) > place)
    return session.scalars(found).all()


def count_cases(session: Session, credit_codes: Collection[str]) -> Mapping[str, int]:
    """Return how many cases each of the enterprises has; none is not named."""
    found = select(CaseRow.credit_code, func.count()).where(CaseRow.credit_code.in_(credit_codes)).group_by(CaseRow.credit_code)
    return {code: count for code, count in session.execute(found) if code is not None}


def count_live_bindings(session: Session, credit_codes: Collection[str], now: datetime) -> Mapping[str, int]:
    """Return how many people may speak for each of the enterprises now; nobody is not named."""
    holds = and_(BindingRow.revoked_at.is_(None), BindingRow.expires_at > now)
    found = select(BindingRow.credit_code, func.count()).where(BindingRow.credit_code.in_(credit_codes), holds)
    return {code: count for code, count in session.execute(found.group_by(BindingRow.credit_code))}
