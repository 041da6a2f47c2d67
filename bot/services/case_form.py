"""What the form of a case needs to know of the chat around it: what was sent along, and whether it lay untouched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.business.case import CaseType, Urgency
from bot.business.case_promise import describe_promise
from bot.persistence import attachments, messages
from bot.persistence.database import Database
from bot.services.case_work import CaseWork

PAUSE = timedelta(hours=6)
"""After that long nobody remembers what was last asked: the next message is not taken for the answer."""
MOST_FILES = 20


class CaseForms:
    """Blocking: actions call it from the dialogue's own thread."""

    def __init__(self, database: Database, work: CaseWork, now: Callable[[], datetime]) -> None:
        self._database, self._work, self._now = database, work, now

    @property
    def districts(self) -> tuple[str, ...]:
        return self._work.settings.districts

    def now(self) -> datetime:
        return self._now()

    def promise(self, kind: CaseType, is_urgent: bool) -> str:
        """Return until when a case that is filed today is answered, in words: 11月30日（周一）前."""
        due = self._work.promise_for(kind, Urgency.URGENT if is_urgent else Urgency.NORMAL)
        return self.describe(due.due_on, due.is_provisional)

    def describe(self, due_on: date, is_provisional: bool) -> str:
        return describe_promise(due_on, is_provisional, self._work.today())

    def lay_untouched(self, conversation_id: str, since: datetime) -> bool:
        """Return whether what was begun is to be offered again: a long pause, or a person who talked meanwhile."""
        if self._now() - since >= PAUSE:
            return True
        with self._database.session() as session:
            return messages.has_agent_said(session, conversation_id, since)

    def list_attachments(self, conversation_id: str, since: datetime) -> list[str]:
        """Return the ids of the files that were kept since then, oldest first; the newest when there are many."""
        with self._database.session() as session:
            found = attachments.list_stored_since(session, conversation_id, since, MOST_FILES)
            return [row.id for row in found]
