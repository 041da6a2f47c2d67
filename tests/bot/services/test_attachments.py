"""What users send beside text: what becomes of it is what the bot is told."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.errors import ConversationNotFound, PlatformBusy, PlatformError, PlatformRefused, PlatformSilent, RecognitionFailed
from bot.persistence.database import Database
from bot.persistence.tables import AttachmentRow, MessageRow
from bot.services import attachments
from bot.services.attachments import MEDIA, Attachments, Media
from bot.services.inbox import Inbox, PlatformCall, Said
from tests.fixtures.clock import NOON

PICTURE = Media(b"\x89PNG", "image/png")


@dataclass
class Platform:
    """Hands out a file, after the errors it was given."""

    errors: list[PlatformError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def fetch(self, media_id: str) -> Media:
        self.asked.append(media_id)
        if self.errors:
            raise self.errors.pop(0)
        return PICTURE


@dataclass
class Recogniser:
    words: str = ""
    error: RecognitionFailed | None = None

    async def recognise(self, speech: Media) -> str:
        if self.error:
            raise self.error
        return self.words


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "TRY_AGAIN_AFTER_S", 0.0)


@pytest.fixture
def platform() -> Platform:
    return Platform()


async def receive(database: Database, kind: str = "image", media_id: str | None = "m-1") -> MessageRow:
    said = Said(f"［{kind}］", MEDIA, media_kind=kind, media_id=media_id)
    accepted = await Inbox(database, lambda: NOON).accept(PlatformCall("wechat", "wx1", "oUser", f"msg:{kind}", kind, NOON, said))
    assert accepted.message is not None
    return accepted.message


def stored(database: Database) -> AttachmentRow:
    with database.session() as session:
        return session.scalars(select(AttachmentRow)).one()


@pytest.mark.parametrize(("kind", "event"), [("image", "image_stored"), ("video", "video_stored"), ("file", "file_stored")])
async def test_a_file_is_kept_and_the_bot_is_told_so(database: Database, platform: Platform, kind: str, event: str) -> None:
    message = await receive(database, kind)

    text, payload = await Attachments(database, platform.fetch).settle(message)

    assert (text, payload) == (f"［{kind}］", f"/EXTERNAL_{event}")
    row = stored(database)
    assert (row.state, row.content_type, row.size_bytes) == ("stored", "image/png", 4)
    assert Attachments(database, None).read(row.conversation_id, row.id) == PICTURE


async def test_a_text_is_left_as_it_is(database: Database, platform: Platform) -> None:
    accepted = await Inbox(database, lambda: NOON).accept(
        PlatformCall("wechat", "wx1", "oUser", "msg:1", "text", NOON, Said("你好"))
    )
    assert accepted.message is not None

    assert await Attachments(database, platform.fetch).settle(accepted.message) == ("你好", None)
    assert platform.asked == []


@pytest.mark.parametrize(
    ("errors", "state", "event"),
    [
        ([PlatformBusy(-1)], "stored", "image_stored"),
        ([PlatformSilent(0), PlatformSilent(0)], "failed", "media_lost"),
        ([PlatformRefused(40007), PlatformRefused(40007)], "failed", "media_lost"),
        ([PlatformRefused(40006)], "too_large", "media_too_large"),
    ],
    ids=["busy once", "silent", "gone", "too large"],
)
async def test_what_could_not_be_fetched_is_told_as_it_is(
    database: Database, platform: Platform, errors: list[PlatformError], state: str, event: str
) -> None:
    platform.errors = list(errors)
    message = await receive(database)

    _, payload = await Attachments(database, platform.fetch).settle(message)

    assert payload == f"/EXTERNAL_{event}" and stored(database).state == state
    assert 1 <= len(platform.asked) <= 2


async def test_without_a_platform_or_a_name_nothing_is_fetched(database: Database, platform: Platform) -> None:
    _, nowhere = await Attachments(database, None).settle(await receive(database, "image"))
    _, nameless = await Attachments(database, platform.fetch).settle(await receive(database, "file", media_id=None))

    assert (nowhere, nameless) == ("/EXTERNAL_media_lost", "/EXTERNAL_file_unreachable") and platform.asked == []


async def test_recognised_speech_is_a_text_and_is_written_down(database: Database, platform: Platform) -> None:
    message = await receive(database, "voice")

    said = await Attachments(database, platform.fetch, Recogniser("怎么注册公司")).settle(message)

    assert said == ("怎么注册公司", None)
    with database.session() as session:
        assert session.get_one(MessageRow, message.id).text == "［voice］怎么注册公司"


@pytest.mark.parametrize("recogniser", [None, Recogniser(""), Recogniser(error=RecognitionFailed("Timeout"))])
async def test_speech_that_nobody_recognises_is_unheard(
    database: Database, platform: Platform, recogniser: Recogniser | None
) -> None:
    said = await Attachments(database, platform.fetch, recogniser).settle(await receive(database, "voice"))

    assert said == ("［voice］", "/EXTERNAL_voice_unheard") and stored(database).state == "stored"


async def test_settling_again_after_a_crash_gives_the_same(database: Database, platform: Platform) -> None:
    message = await receive(database)
    both = [await Attachments(database, platform.fetch).settle(message) for _ in range(2)]

    assert both[0] == both[1] and stored(database).state == "stored"


async def test_an_attachment_is_read_with_its_conversation_only(database: Database, platform: Platform) -> None:
    service = Attachments(database, platform.fetch)
    await service.settle(await receive(database))
    row = stored(database)

    for conversation_id, attachment_id in (("another", row.id), (row.conversation_id, "another"), ("", "")):
        with pytest.raises(ConversationNotFound):
            service.read(conversation_id, attachment_id)
