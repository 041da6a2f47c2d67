"""What users say to the desk rather than to bot or agent: that they do not want to wait, a phone number, a rating.

Understood by its words alone, so that it works in every messenger; buttons only send the same.
"""

from __future__ import annotations

from datetime import datetime

from bot.business.contact import leaves_contact, masked
from bot.business.handover import asks_for_person, stops_waiting
from bot.business.ownership import Kind, Transition
from bot.business.payload import LEAVE_CONTACT, RATE, STOP_WAITING, parse_desk_payload
from bot.business.survey import OPEN_FOR, Rating, parse_rating
from bot.persistence import conversations, handovers
from bot.persistence.database import Session
from bot.persistence.handovers import ENDED, UNATTENDED, WAITING
from bot.persistence.tables import ConversationRow, MessageRow
from bot.services import handover_notices as notices
from bot.services.availability import Availability
from bot.services.case_contact import FileContact
from bot.services.ownership import USER, pass_on, tell_user
from knowledge.normalise import normalise


class DeskWords:
    """Deals with such words within the caller's transaction, on a conversation whose row is locked."""

    def __init__(self, availability: Availability, file_contact: FileContact | None = None) -> None:
        """`file_contact` makes a case of a number that was left while nobody was there; None = it only waits as a message."""
        self._availability = availability
        self._file_contact = file_contact

    def hear(
        self,
        session: Session,
        conversation: ConversationRow,
        message: MessageRow,
        payload: str | None,
        now: datetime,
        due_at: datetime | None = None,
    ) -> bool:
        """Deal with what the user says to the desk rather than to bot or agent; return whether that was all there was to do."""
        notice = self._answer_to_desk_words(session, conversation, message, payload, now)
        if notice is None:
            return False
        tell_user(session, conversation, notice, now, message, due_at)
        return True

    def is_for_us(self, text: str, payload: str | None) -> bool:
        """Whether `hear` might have something to do: a look at the words alone, which is cheap."""
        plain = normalise(text)
        return bool(
            parse_desk_payload(payload)
            or stops_waiting(plain)
            or asks_for_person(plain)
            or parse_rating(text)
            or leaves_contact(text)
        )

    def is_only_for_desk(self, text: str) -> bool:
        """Whether the words say nothing about any matter, so that the bot need not know them."""
        return parse_rating(text) is not None or stops_waiting(normalise(text)) or asks_for_person(normalise(text))

    def is_rating(self, text: str, payload: str | None) -> bool:
        """Whether the words only rate what is over, which opens nothing again."""
        said = parse_desk_payload(payload)
        return parse_rating(text) is not None or (said is not None and said.intent == RATE)

    def _answer_to_desk_words(
        self, session: Session, conversation: ConversationRow, message: MessageRow, payload: str | None, now: datetime
    ) -> notices.Notice | None:
        owner, text, said = conversations.owner_of(conversation), normalise(message.text), parse_desk_payload(payload)
        if owner.kind is Kind.QUEUE and asks_for_person(text):
            return self._tell_place(session, conversation)
        if (said and said.intent == STOP_WAITING) or (said is None and stops_waiting(text)):
            return self._stop_waiting(session, conversation, now) if owner.agent is None else None
        if said and said.intent == LEAVE_CONTACT:
            return self._ask_for_contact(session, conversation, now)
        if phone := leaves_contact(message.text):
            return self._keep_contact(session, conversation, message.text, phone, now)
        if payload is not None and said is None:
            return None  # the number of an option that the bot offered is no rating
        rating = parse_rating(message.text) or (Rating(int(said.value), "") if said and said.value in set("12345") else None)
        if rating is None or (said is None and owner.agent is not None):
            return notices.rating_closed() if said else None
        return self._rate(session, conversation, rating, now) or (notices.rating_closed() if said else None)

    def _stop_waiting(self, session: Session, conversation: ConversationRow, now: datetime) -> notices.Notice:
        row = handovers.find_open(session, conversation.id)
        if row is None or row.status != WAITING:
            return notices.was_not_waiting()
        pass_on(session, conversation, Transition.WITHDRAW, USER, now, handover=row)
        if row.contact:  # they would rather be called
            row.status, row.escalate_at = UNATTENDED, None
        else:
            handovers.end(row, "withdrawn", now)
        return notices.waiting_stopped()

    def _ask_for_contact(self, session: Session, conversation: ConversationRow, now: datetime) -> notices.Notice:
        """Ask for a number; the last request that nobody was there for, however old, then waits for it."""
        last = handovers.find_last(session, conversation.id)
        if last is not None and last.status == ENDED and conversations.owner_of(conversation).is_bot and last.taken_by is None:
            last.status, last.ended_at, last.result = UNATTENDED, None, None
        expected = handovers.find_open(session, conversation.id) or handovers.find_unattended(session, conversation.id)
        return notices.asked_for_contact() if expected else notices.contact_not_expected()

    def _tell_place(self, session: Session, conversation: ConversationRow) -> notices.Notice | None:
        row = handovers.find_open(session, conversation.id)
        if row is None or row.status != WAITING:
            return None
        place = self._availability.place(session, row, self._availability.ready_agents(session))
        return notices.already_queued(self._availability.team(row.team).title, place.position, place.wait)

    def _keep_contact(
        self, session: Session, conversation: ConversationRow, text: str, phone: str, now: datetime
    ) -> notices.Notice | None:
        """Keep a phone number with the request it belongs to; None where there is none, or a person reads it anyway."""
        contact = {"phone": phone, "text": text}
        row = handovers.find_open(session, conversation.id)
        if row is not None:
            row.contact = contact
            return notices.contact_noted(masked(phone)) if row.status == WAITING else None
        row = handovers.find_unattended(session, conversation.id)
        if row is None:
            return None
        row.contact = contact
        filed = self._file_contact(session, conversation, row, text, phone, now) if self._file_contact else None
        return notices.contact_kept(masked(phone), self._availability.hours_text(self._availability.team(row.team)), filed)

    def _rate(self, session: Session, conversation: ConversationRow, rating: Rating, now: datetime) -> notices.Notice | None:
        row = handovers.find_last_ended(session, conversation.id)
        if row is None or row.survey_asked_at is None or now - row.survey_asked_at > OPEN_FOR or row.survey_score is not None:
            return None
        row.survey_score, row.survey_comment = rating.score, rating.comment or None
        return notices.rated(rating.score)
