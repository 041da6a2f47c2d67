"""A reply can be explained later: what was stored beside it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.persistence.tables import ArticleRow, MessageRow
from tests.fixtures.running_app import RunningApp
from tests.fixtures.talk import Talk


def stored_replies(app: RunningApp, talk: Talk) -> list[MessageRow]:
    query = select(MessageRow).where(MessageRow.conversation_id == talk.id, MessageRow.sender == "bot")
    with app.services.database.session() as session:
        return list(session.scalars(query.order_by(MessageRow.sequence)))


@pytest.mark.parametrize(
    ("text", "band"),
    [("信用修复怎么办", "answer"), ("补贴", "clarify"), ("帮我写一首七言绝句", "refuse"), ("转人工", "handover")],
)
def test_a_stored_reply_keeps_model_intent_confidence_and_band(app: RunningApp, talk: Talk, text: str, band: str) -> None:
    talk.ask(text)

    (reply,) = stored_replies(app, talk)

    current = app.services.models.find_current()
    assert current is not None and reply.model_id == current.id
    assert reply.intent is not None and reply.intent["name"] and 0 < reply.intent["confidence"] <= 1
    assert reply.band == band


def test_a_stored_reply_keeps_the_version_of_the_article_and_that_version_is_kept(app: RunningApp, talk: Talk) -> None:
    talk.ask("信用修复怎么办")

    source = (stored_replies(app, talk)[0].sources or [])[0]

    with app.services.database.session() as session:
        article = session.scalars(
            select(ArticleRow).where(ArticleRow.article_id == source["article_id"], ArticleRow.version == source["version"])
        ).one()
    assert source["section"] in article.content or source["title"] in article.content


def test_a_reply_names_the_message_it_answers(app: RunningApp, talk: Talk) -> None:
    talk.ask("你好", "m-1")
    talk.ask("谢谢", "m-2")

    questions = [m["id"] for m in talk.history() if m["sender"] == "user"]
    assert [reply.reply_to for reply in stored_replies(app, talk)] == questions
