"""Building the parts and putting them together. Everybody else receives what they need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import yaml
from fastapi import FastAPI
from redis.asyncio import Redis
from starlette.datastructures import State

from bot.business.working_calendar import HANGZHOU
from bot.channels import wechat_messages, widget
from bot.channels.speech import HttpRecogniser
from bot.channels.wechat_account import WeChatAccount
from bot.dialogue import rasa_speedups
from bot.dialogue.assistant import LoadedModel, RasaAssistant, load_model
from bot.dialogue.in_process_actions import InProcessActions, skip_schema_check
from bot.dialogue.tracker_store import BoundedTrackerStore
from bot.errors import ModelUnavailable
from bot.persistence.database import DATABASE_THREADS, Database
from bot.services.answers import Answers
from bot.services.attachments import Attachments
from bot.services.channel_users import ChannelUsers
from bot.services.chat import Chat
from bot.services.conversation_access import ConversationAccess
from bot.services.conversation_locks import ConversationLocks
from bot.services.housekeeping import Housekeeper
from bot.services.inbox import Inbox
from bot.services.knowledge import Knowledge
from bot.services.live import LiveEvents
from bot.services.models import ModelStore, StoredModel
from bot.services.outbox import DeliveryChannel, Dispatcher
from bot.settings import PROJECT, Settings
from bot.web.app import create_app
from knowledge.ambiguities import read_ambiguities

KNOWLEDGE = PROJECT / "knowledge"
WIDGET_DIST = PROJECT / "frontend" / "widget" / "dist"
REDIS_TIMEOUT_S = 3.0


@dataclass(frozen=True)
class Services:
    """The parts of one process."""

    settings: Settings
    database: Database
    knowledge: Knowledge
    answers: Answers
    subject_titles: Mapping[str, str]
    models: ModelStore
    assistant: RasaAssistant
    chat: Chat
    inbox: Inbox
    attachments: Attachments
    access: ConversationAccess
    locks: ConversationLocks
    live: LiveEvents
    dispatcher: Dispatcher
    wechat: WeChatAccount | None
    redis: tuple[Redis, ...]
    """Connections to be closed in the end."""


def now() -> datetime:
    return datetime.now(UTC)


def local_clock(settings: Settings, now: Callable[[], datetime] = now) -> Callable[[], datetime]:
    """Return the city's clock: from the pinned moment on; on the pinned day, at the time of day it really is; or as it is."""
    if settings.moment:
        ahead = settings.moment.replace(tzinfo=HANGZHOU) - now()
        return lambda: now().astimezone(HANGZHOU) + ahead
    if (pinned := settings.today) is not None:
        return lambda: datetime.combine(pinned, now().astimezone(HANGZHOU).timetz())
    return lambda: now().astimezone(HANGZHOU)


def today_of(settings: Settings, now: Callable[[], datetime] = now) -> Callable[[], date]:
    """Return the clock of validity: the day in the city, pinned or not."""
    clock = local_clock(settings, now)
    return lambda: clock().date()


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
    redis = _connect_redis(settings)
    locks, live = (ConversationLocks(redis[0]), LiveEvents(redis[1])) if redis else (ConversationLocks(), LiveEvents())
    wechat = WeChatAccount(settings.wechat, settings.public_url, database, now) if settings.wechat else None
    fetch_media = wechat.sender.fetch_media if wechat and wechat.sender else None
    attachments = Attachments(database, fetch_media, HttpRecogniser(settings.speech_url) if settings.speech_url else None)
    assistant = RasaAssistant()
    channels: dict[str, DeliveryChannel] = {widget.CHANNEL: widget.WidgetDelivery(live)}
    if wechat:
        channels[wechat_messages.CHANNEL] = wechat.delivery
    return Services(
        settings=settings,
        database=database,
        knowledge=knowledge,
        answers=answers,
        subject_titles=titles,
        models=ModelStore(settings.models_dir),
        assistant=assistant,
        chat=Chat(database, assistant, locks, live, now, attachments),
        inbox=Inbox(database, now),
        attachments=attachments,
        access=ConversationAccess(database, now),
        locks=locks,
        live=live,
        dispatcher=Dispatcher(database, channels, now),
        wechat=wechat,
        redis=redis,
    )


def _connect_redis(settings: Settings) -> tuple[Redis, ...]:
    """Return one connection pool for locks, whose calls are short, and one for listening; nothing is connected yet."""
    if settings.redis_url is None:
        return ()
    return (
        Redis.from_url(settings.redis_url, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S),
        Redis.from_url(settings.redis_url, socket_connect_timeout=REDIS_TIMEOUT_S),
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

    housekeeper = Housekeeper(services.chat, (services.inbox.forget_old, services.access.forget_expired))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database"))
        _hand_over(services, app.state)
        services.live.start()
        services.dispatcher.start()
        housekeeper.start()
        yield
        await housekeeper.stop()
        await services.dispatcher.stop()
        await services.live.stop()
        for redis in services.redis:
            await redis.aclose()
        if services.wechat:
            services.wechat.close()
        services.assistant.close()
        services.database.close()

    return create_app(lifespan, WIDGET_DIST)


def _hand_over(services: Services, state: State) -> None:
    """Give the routes what they serve with."""
    state.chat = services.chat
    state.live = services.live
    state.database = services.database
    state.knowledge = services.knowledge
    state.attachments = services.attachments
    state.assistant = services.assistant
    state.dispatcher = services.dispatcher
    account = services.wechat
    state.channel_users = account.users if account else ChannelUsers(services.database, wechat_messages.CHANNEL, "", now)
    state.wechat_page = account.page(services.inbox, services.access) if account else None
    state.wechat = (
        account.calls(services.inbox, services.chat, services.locks, services.dispatcher.wake, services.subject_titles)
        if account
        else None
    )
