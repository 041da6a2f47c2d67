"""Ways of showing for which enterprise somebody speaks: an invitation's code, and a sign-in at an identity provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from bot.business.identity import EnterpriseRole
from bot.errors import BindingRefused
from bot.persistence.database import Session

Shown = TypeVar("Shown", contravariant=True)


@dataclass(frozen=True)
class Speaker:
    """Somebody who has shown for which enterprise they speak."""

    credit_code: str
    role: EnterpriseRole
    person_name: str
    proof: str
    """What it rests on: the invitation's id, or issuer and subject of the sign-in."""
    enterprise_name: str = ""
    """As the provider says it; "" where the enterprise is known already."""


class Verification(Protocol[Shown]):
    """A way of showing for which enterprise one speaks."""

    method: str

    def find_speaker(self, session: Session, holder: str, shown: Shown, now: datetime) -> Speaker | BindingRefused:
        """Return who it is, or why it is not believed: returned, not raised, since what was counted must be stored."""

    def use_up(self, session: Session, speaker: Speaker, holder: str, now: datetime) -> None:
        """Let what was shown be of no use to anybody else."""
