"""What time does to cases: those past their promised day are escalated, answered ones close by themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime, time

from bot.business.case import CaseState, CaseTransition
from bot.business.case_promise import describe_day
from bot.business.working_calendar import HANGZHOU
from bot.persistence import cases
from bot.persistence.case_tables import CaseRow
from bot.persistence.database import Database, Session
from bot.services import case_notices as notices
from bot.services.background import BackgroundTask
from bot.services.case_work import SYSTEM, CaseWork, Told
from bot.services.live import Happening, LiveEvents

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 60.0
AT_ONCE = 200
FIRST, AGAIN = 1, 2
"""Levels of escalation: over the day; still over it some working days later."""
_Act = Callable[[Session, CaseRow, Told], bool]


class CaseKeeper:
    """One background task of a process. Several may look at once: what is found is looked at again under the row's lock."""

    def __init__(
        self, database: Database, work: CaseWork, live: LiveEvents, wake: Callable[[], None], now: Callable[[], datetime]
    ) -> None:
        self._database, self._work, self._live, self._wake, self._now = database, work, live, wake, now
        self._task = BackgroundTask(self._run)

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.look)
            except Exception as error:  # whatever it is, the next look comes
                logger.warning("cases are looked after later: %s", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self) -> int:
        """Do what is due; return how many cases changed."""
        with self._database.session() as session:
            late = cases.list_to_escalate(session, self._work.today(), self._late_again_from(), AT_ONCE)
            quiet = cases.list_answered_before(session, self._quiet_since(), AT_ONCE)
        due: list[tuple[str, _Act]] = [*((each, self._escalate) for each in late), *((each, self._close) for each in quiet)]
        return sum(self._do(case_id, act) for case_id, act in due)

    def _do(self, case_id: str, act: _Act) -> bool:
        told = Told()
        with self._database.session() as session:
            changed = act(session, cases.get_case(session, case_id, for_update=True), told)
        for conversation_id in told.conversations:
            self._live.tell_from_thread(conversation_id, Happening("message"))
        if told.conversations:
            self._wake()
        return changed

    def _late_again_from(self) -> date:
        """Return the first day that is not yet late enough for the second level."""
        return self._work.calendar.add_working_days(self._work.today(), -self._work.settings.escalate_again_after_days)

    def _quiet_since(self) -> datetime:
        """Return the moment before which an answer was given that nobody said anything to for so long."""
        day = self._work.calendar.add_working_days(self._work.today(), -self._work.settings.close_after_days)
        return datetime.combine(day, time.min, HANGZHOU)

    def _escalate(self, session: Session, case: CaseRow, told: Told) -> bool:
        """Mark the case, and tell the enterprise the first time that its day has passed."""
        today, now = self._work.today(), self._now()
        late_days = self._work.calendar.count_working_days(case.due_on, today)
        level = AGAIN if late_days > self._work.settings.escalate_again_after_days else FIRST
        if not CaseState(case.state).runs or today <= case.due_on or case.escalation_level >= level:
            return False
        is_first = case.escalation_level == 0
        case.escalation_level, case.escalated_at = level, now
        self._work.note_event(session, case, "escalation", SYSTEM, now, detail={"level": level}, is_internal=not is_first)
        if is_first:
            day = describe_day(case.due_on, today)
            self._work.tell(session, case, notices.late(case.number, case.title, day), now, told)
        return True

    def _close(self, session: Session, case: CaseRow, told: Told) -> bool:
        now = self._now()
        if case.state != CaseState.ANSWERED or case.answered_at is None or case.answered_at >= self._quiet_since():
            return False
        self._work.change(session, case, CaseTransition.CLOSE, SYSTEM, now, told)
        return True
