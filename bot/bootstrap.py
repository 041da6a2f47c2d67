"""Building the parts and putting them together. Everybody else receives what they need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import yaml
from fastapi import FastAPI

from bot.channels import widget
from bot.dialogue import rasa_speedups
from bot.dialogue.assistant import LoadedModel, RasaAssistant, load_model
from bot.dialogue.in_process_actions import InProcessActions, skip_schema_check
from bot.dialogue.tracker_store import BoundedTrackerStore
from bot.errors import ModelUnavailable
from bot.persistence.database import Database
from bot.services.answers import Answers
from bot.services.chat import Chat
from bot.services.conversation_locks import ConversationLocks
from bot.services.knowledge import Knowledge
from bot.services.live import Happening, LiveEvents
from bot.services.models import ModelStore, StoredModel
from bot.services.outbox import Deliver, Delivery, Dispatcher
from bot.settings import PROJECT, Settings
from bot.web.app import create_app
from knowledge.ambiguities import read_ambiguities

KNOWLEDGE = PROJECT / "knowledge"
WIDGET_DIST = PROJECT / "frontend" / "widget" / "dist"
CHINA = timezone(timedelta(hours=8))
"""The city's time; it has known no summer time since 1991."""


@dataclass(frozen=True)
class Services:
    """The parts of one process."""

    settings: Settings
    database: Database
    knowledge: Knowledge
    answers: Answers
    models: ModelStore
    assistant: RasaAssistant
    chat: Chat
    live: LiveEvents
    dispatcher: Dispatcher


def now() -> datetime:
    return datetime.now(UTC)


def today_of(settings: Settings) -> Callable[[], date]:
    """Return the clock of validity: the pinned day, or today in China."""
    pinned = settings.today
    return (lambda: pinned) if pinned else (lambda: datetime.now(CHINA).date())


def open_database(settings: Settings) -> Database:
    """Open the database and bring it to the current schema."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    database.upgrade()
    return database


def build_services(settings: Settings, database: Database) -> Services:
    """Build everything but the model, which `load_current_model` adds."""
    rasa_speedups.install()
    skip_schema_check()
    knowledge = Knowledge(database, KNOWLEDGE, today_of(settings))
    titles = yaml.safe_load((KNOWLEDGE / "subjects.yml").read_text(encoding="utf-8"))
    answers = Answers(knowledge, titles, read_ambiguities(KNOWLEDGE))
    assistant, live = RasaAssistant(), LiveEvents()
    return Services(
        settings=settings,
        database=database,
        knowledge=knowledge,
        answers=answers,
        models=ModelStore(settings.models_dir),
        assistant=assistant,
        chat=Chat(database, assistant, ConversationLocks(), live, now),
        live=live,
        dispatcher=Dispatcher(database, {widget.CHANNEL: _tell_widget(live)}, now),
    )


def load_stored_model(services: Services, stored: StoredModel) -> LoadedModel:
    """Load a model with its own tracker store on the same tables, so that it can stand beside another. Slow: seconds."""
    store = BoundedTrackerStore(services.database, now)
    return load_model(str(stored.path), stored.id, store, InProcessActions(services))


def load_current_model(services: Services) -> None:
    """Let the promoted model serve. Raises ModelUnavailable when there is none."""
    stored = services.models.find_current()
    if stored is None:
        raise ModelUnavailable("there is no model yet; ./yingshang train makes one")
    services.assistant.swap(load_stored_model(services, stored))


def build_app(services: Services) -> FastAPI:
    """Return the web application around these services."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.chat = services.chat
        app.state.live = services.live
        app.state.database = services.database
        app.state.assistant = services.assistant
        app.state.dispatcher = services.dispatcher
        services.dispatcher.start()
        await services.chat.answer_left_over()
        yield
        await services.dispatcher.stop()
        services.assistant.close()
        services.database.close()

    return create_app(lifespan, WIDGET_DIST)


def _tell_widget(live: LiveEvents) -> Deliver:
    async def deliver(delivery: Delivery) -> None:
        live.tell(delivery.conversation_id, Happening("message"))

    return deliver
