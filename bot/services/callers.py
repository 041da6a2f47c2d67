"""Finding out whom somebody in a chat may speak for: the one place where that is believed."""

from __future__ import annotations

from datetime import datetime

from bot.business.identity import Caller, EnterpriseRole
from bot.persistence import bindings
from bot.persistence.database import Session


def find_caller(session: Session, conversation_id: str, now: datetime) -> Caller | None:
    """Return the enterprise's person in this conversation; None when nobody has shown whom they speak for, or no more."""
    holder = bindings.holder_of(session, conversation_id)
    found = bindings.find_live_binding(session, holder, now)
    if found is None:
        return None
    binding, enterprise = found
    return Caller(
        holder=holder,
        conversation_id=conversation_id,
        credit_code=binding.credit_code,
        enterprise_name=enterprise.name,
        role=EnterpriseRole(binding.role),
        binding_id=binding.id,
        expires_at=binding.expires_at,
    )
