"""Named queries on our accounts at platforms."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.persistence.tables import PlatformAccountRow


def find_platform_account(session: Session, account: str) -> PlatformAccountRow | None:
    return session.get(PlatformAccountRow, account)


def platform_account(session: Session, account: str) -> PlatformAccountRow:
    """Return the account's row, made now if there is none."""
    row = session.get(PlatformAccountRow, account)
    if row is None:
        row = PlatformAccountRow(account=account)
        session.add(row)
    return row
