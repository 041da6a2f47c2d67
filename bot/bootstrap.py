"""Building the parts and putting them together. Everybody else receives what they need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

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
from bot.services import sessions
from bot.services.answers import Answers
from bot.services.attachments import Attachments
from bot.services.availability import Availability
from bot.services.canned_replies import CannedReplies
from bot.services.case_chat import CaseChat
from bot.services.case_contact import ContactCases
from bot.services.case_form import CaseForms
from bot.services.case_keeper import CaseKeeper
from bot.services.case_settings import FILE as CASES_FILE
from bot.services.case_settings import read_case_settings
from bot.services.case_work import CaseWork
from bot.services.cases import Cases
from bot.services.channel_users import ChannelUsers
from bot.services.chat import Chat
from bot.services.conversation_access import ConversationAccess
from bot.services.conversation_locks import ConversationLocks
from bot.services.demand import Demands
from bot.services.demand_keeper import DemandKeeper
from bot.services.desk import Desk
from bot.services.desk_board import DeskBoard
from bot.services.desk_reading import DeskReading
from bot.services.desk_settings import FILE, DeskSettings, read_desk_settings
from bot.services.enterprises import Enterprises
from bot.services.handover import Handovers
from bot.services.handover_keeper import HandoverKeeper
from bot.services.housekeeping import Housekeeper
from bot.services.identity import PROVIDER, Identity
from bot.services.identity_words import IdentityWords
from bot.services.inbox import Inbox
from bot.services.invitations import Invitations
from bot.services.knowledge import Knowledge
from bot.services.live import Happening, LiveEvents
from bot.services.models import ModelStore, StoredModel
from bot.services.outbox import DeliveryChannel, Dispatcher
from bot.services.overview import Overviews
from bot.services.presence import Presences
from bot.services.task_answers import TaskAnswers
from bot.services.task_export import TaskExport
from bot.services.task_import import TaskImports
from bot.services.tasks import Tasks
from bot.services.work_item_notices import WorkItemNotices
from bot.services.work_items import WorkItems
from bot.services.working_calendar import warn_of_provisional_years
from bot.settings import PROJECT, OidcSettings, Settings
from bot.web.app import create_app
from bot.web.enterprises import BIND_PAGE
from knowledge.ambiguities import read_ambiguities

if TYPE_CHECKING:
    from bot.services.identity_provider import IdentityProvider

KNOWLEDGE = PROJECT / "knowledge"
WIDGET_DIST = PROJECT / "frontend" / "widget" / "dist"
DESK_DIST = PROJECT / "frontend" / "desk" / "dist"
REDIS_TIMEOUT_S = 3.0


@dataclass(frozen=True)
class Services:
    """The parts of one process."""

    settings: Settings
    database: Database
    knowledge: Knowledge
    answers: Answers
    task_answers: TaskAnswers
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
    desk: DeskServices
    casework: CaseServices
    demand: DemandServices
    identity: IdentityServices

    @property
    def cases(self) -> CaseChat:
        """What actions do with cases."""
        return self.casework.chat

    @property
    def case_forms(self) -> CaseForms:
        """What the form of a case knows of its chat."""
        return self.casework.forms


@dataclass(frozen=True)
class CaseServices:
    """The parts by which an enterprise's matter is followed to its end."""

    work: CaseWork
    desk: Cases
    chat: CaseChat
    forms: CaseForms
    keeper: CaseKeeper


@dataclass(frozen=True)
class DemandServices:
    """The parts by which what many ask for becomes work."""

    keeper: DemandKeeper
    items: WorkItems


@dataclass(frozen=True)
class IdentityServices:
    """The parts by which people show for which enterprise they speak."""

    people: Identity
    words: IdentityWords
    provider: IdentityProvider | None
    """None = no identity provider is set up."""
    invitations: Invitations
    enterprises: Enterprises


@dataclass(frozen=True)
class DeskServices:
    """The parts by which people take over."""

    settings: DeskSettings
    handovers: Handovers
    cases: Desk
    reading: DeskReading
    board: DeskBoard
    keeper: HandoverKeeper
    presences: Presences
    canned_replies: CannedReplies
    overviews: Overviews
    tasks: Tasks
    task_export: TaskExport
    task_imports: TaskImports


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
    task_answers = TaskAnswers(database, local_clock(settings))
    answers = Answers(knowledge, titles, read_ambiguities(KNOWLEDGE), task_answers)
    redis = _connect_redis(settings)
    locks, live = (ConversationLocks(redis[0]), LiveEvents(redis[1])) if redis else (ConversationLocks(), LiveEvents())
    wechat = WeChatAccount(settings.wechat, settings.public_url, database, now) if settings.wechat else None
    fetch_media = wechat.sender.fetch_media if wechat and wechat.sender else None
    attachments = Attachments(database, fetch_media, HttpRecogniser(settings.speech_url) if settings.speech_url else None)
    assistant = RasaAssistant()
    channels: dict[str, DeliveryChannel] = {widget.CHANNEL: widget.WidgetDelivery(live)}
    if wechat:
        channels[wechat_messages.CHANNEL] = wechat.delivery
    dispatcher = Dispatcher(database, channels, now, lambda where, what: live.tell(where, Happening("delivery", about=what)))
    desk_settings, clock = read_desk_settings(PROJECT / FILE, titles), local_clock(settings)
    work = CaseWork(read_case_settings(PROJECT / CASES_FILE, titles), desk_settings.calendar, clock)
    desk = _build_desk(settings, database, knowledge, attachments, live, dispatcher.wake, titles, desk_settings, work)
    identity = _build_identity(settings, database, live, dispatcher.wake, work)
    return Services(
        settings=settings,
        database=database,
        knowledge=knowledge,
        answers=answers,
        task_answers=task_answers,
        subject_titles=titles,
        models=ModelStore(settings.models_dir),
        assistant=assistant,
        chat=Chat(database, assistant, locks, live, now, desk.handovers, attachments, identity.words),
        inbox=Inbox(database, now, identity.words),
        attachments=attachments,
        access=ConversationAccess(database, now),
        locks=locks,
        live=live,
        dispatcher=dispatcher,
        wechat=wechat,
        redis=redis,
        desk=desk,
        casework=CaseServices(
            work=work,
            desk=Cases(database, work, desk_settings, live, dispatcher.wake, now, titles),
            chat=CaseChat(database, work, now),
            forms=CaseForms(database, work, now),
            keeper=CaseKeeper(database, work, live, dispatcher.wake, now),
        ),
        demand=_build_demand(database, work, titles, live, dispatcher.wake),
        identity=identity,
    )


def _build_demand(
    database: Database, work: CaseWork, titles: Mapping[str, str], live: LiveEvents, wake: Callable[[], None]
) -> DemandServices:
    notices = WorkItemNotices(database, work, titles, live, wake, now)
    keeper = DemandKeeper(Demands(database, work.settings, titles, now), notices, live)
    return DemandServices(keeper, WorkItems(database, work.settings, titles, keeper.look_soon, now))


def _build_identity(
    settings: Settings, database: Database, live: LiveEvents, wake: Callable[[], None], work: CaseWork
) -> IdentityServices:
    oidc = settings.oidc
    people = Identity(database, live, wake, now, [(PROVIDER, oidc.title)] if oidc else [])
    page = f"{settings.public_url}{BIND_PAGE}" if settings.public_url else ""
    return IdentityServices(
        people=people,
        words=IdentityWords(page, [oidc.title] if oidc else []),
        provider=_build_provider(oidc, database, people) if oidc else None,
        invitations=Invitations(database, now),
        enterprises=Enterprises(database, now, work.settings.districts),
    )


def _build_provider(settings: OidcSettings, database: Database, people: Identity) -> IdentityProvider:
    from bot.services.identity_provider import IdentityProvider  # its libraries take 6 MB: for those who set one up

    return IdentityProvider(settings, database, people, now)


def _build_desk(
    settings: Settings,
    database: Database,
    knowledge: Knowledge,
    attachments: Attachments,
    live: LiveEvents,
    wake: Callable[[], None],
    titles: Mapping[str, str],
    desk_settings: DeskSettings,
    work: CaseWork,
) -> DeskServices:
    clock = local_clock(settings)
    warn_of_provisional_years(desk_settings.calendar, clock().date())
    availability = Availability(desk_settings, now, clock)
    contacts = ContactCases(work, frozenset(titles))
    handovers = Handovers(availability, titles, lambda article: knowledge.base().subject_of(article), contacts.file)
    keeper = HandoverKeeper(database, handovers, live, wake, now)
    return DeskServices(
        settings=desk_settings,
        handovers=handovers,
        cases=Desk(database, handovers, knowledge, live, wake, now),
        reading=DeskReading(database, desk_settings, knowledge, attachments, now),
        board=DeskBoard(database, availability, live, keeper.look_soon),
        keeper=keeper,
        presences=Presences(database, live, now),
        canned_replies=CannedReplies(database, now),
        overviews=Overviews(database, availability, now, clock),
        tasks=Tasks(database, now, clock),
        task_export=TaskExport(database, clock),
        task_imports=TaskImports(database, now),
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
    return load_model(str(stored.path), stored.id, store, InProcessActions(services), services.answers)


def load_current_model(services: Services) -> None:
    """Let the promoted model serve. Raises ModelUnavailable when there is none."""
    stored = services.models.find_current()
    if stored is None:
        raise ModelUnavailable("there is no model yet; ./yingshang train makes one")
    services.assistant.swap(load_stored_model(services, stored))


def build_app(services: Services) -> FastAPI:
    """Return the web application around these services."""

    def forget_sign_ins() -> None:
        sessions.forget_old(services.database, now())

    forget = (services.inbox.forget_old, services.access.forget_expired, forget_sign_ins, services.identity.people.forget_old)
    housekeeper = Housekeeper(services.chat, forget)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database"))
        _hand_over(services, app.state)
        services.live.start()
        services.dispatcher.start()
        services.desk.board.start()
        services.desk.keeper.start()
        services.casework.keeper.start()
        services.demand.keeper.start()
        housekeeper.start()
        yield
        await services.demand.keeper.stop()
        await services.casework.keeper.stop()
        await services.desk.keeper.stop()
        await services.desk.board.stop()
        await housekeeper.stop()
        await services.dispatcher.stop()
        await services.live.stop()
        for redis in services.redis:
            await redis.aclose()
        if services.wechat:
            services.wechat.close()
        if services.identity.provider:
            services.identity.provider.close()
        services.assistant.close()
        services.database.close()

    return create_app(lifespan, WIDGET_DIST, DESK_DIST)


def _hand_over(services: Services, state: State) -> None:
    """Give the routes what they serve with."""
    state.chat = services.chat
    state.live = services.live
    state.database = services.database
    state.public_url = services.settings.public_url
    state.knowledge = services.knowledge
    state.task_answers = services.task_answers
    state.attachments = services.attachments
    state.assistant = services.assistant
    state.dispatcher = services.dispatcher
    state.now = now
    state.subject_titles = services.subject_titles
    state.desk_settings = services.desk.settings
    state.desk = services.desk.cases
    state.desk_reading = services.desk.reading
    state.desk_board = services.desk.board
    state.presences = services.desk.presences
    state.canned_replies = services.desk.canned_replies
    state.overviews = services.desk.overviews
    state.tasks = services.desk.tasks
    state.task_export = services.desk.task_export
    state.task_imports = services.desk.task_imports
    state.cases = services.casework.desk
    state.work_items = services.demand.items
    state.identity = services.identity.people
    state.identity_provider = services.identity.provider
    state.invitations = services.identity.invitations
    state.enterprises = services.identity.enterprises
    account = services.wechat
    state.channel_users = account.users if account else ChannelUsers(services.database, wechat_messages.CHANNEL, "", now)
    state.wechat_page = account.page(services.inbox, services.access) if account else None
    state.wechat = (
        account.calls(services.inbox, services.chat, services.locks, services.dispatcher.wake, services.subject_titles)
        if account
        else None
    )
