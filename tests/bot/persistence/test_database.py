from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, inspect, select

from bot.errors import StoreConflict, StoreUnavailable
from bot.persistence.conversations import add_conversation, find_conversation
from bot.persistence.database import Database
from bot.persistence.tables import Base, ConversationRow, MessageRow
from tests.bot.persistence.conftest import NOW


def test_the_migrations_make_exactly_the_tables_that_the_code_names(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_every_table_is_there_and_no_other(database: Database) -> None:
    tables = set(inspect(database.engine).get_table_names())

    assert tables == set(Base.metadata.tables) | {"alembic_version"}


def test_bringing_the_schema_up_to_date_twice_keeps_what_is_stored(database: Database, conversation: str) -> None:
    database.upgrade()

    with database.session() as session:
        assert find_conversation(session, conversation) is not None


def test_a_database_without_tables_is_not_ready(empty_database: Database) -> None:
    assert not empty_database.is_ready()


def test_a_database_with_its_tables_is_ready(database: Database) -> None:
    assert database.is_ready()


def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.session() as session:
        add_conversation(session, "lost", "widget", "0" * 64, NOW)
        session.flush()
        raise ZeroDivisionError

    with database.session() as session:
        assert find_conversation(session, "lost") is None


def test_a_read_waits_for_no_writer_and_sees_what_was_committed(database: Database, conversation: str) -> None:
    with database.session() as writing:
        add_conversation(writing, "not yet", "widget", "0" * 64, NOW)
        writing.flush()

        with database.reading() as session:
            assert find_conversation(session, conversation) is not None
            assert find_conversation(session, "not yet") is None

    with database.reading() as session:
        assert find_conversation(session, "not yet") is not None


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    # given
    in_hangzhou = datetime(2026, 11, 22, 16, 30, tzinfo=timezone(timedelta(hours=8)))

    # when
    with database.session() as session:
        add_conversation(session, "c2", "widget", "0" * 64, in_hangzhou)
    with database.session() as session:
        stored = session.scalars(select(ConversationRow.created_at)).one()

    # then
    assert stored == in_hangzhou
    assert stored.tzinfo is not None and stored.utcoffset() == timedelta(0)
    assert stored == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def test_a_message_cannot_belong_to_a_conversation_that_is_not_there(database: Database) -> None:
    with pytest.raises(StoreConflict), database.session() as session:
        session.add(MessageRow(id="m", conversation_id="ghost", sequence=1, sender="user", text="x", at=NOW))


def test_chinese_text_and_rare_characters_come_back_as_written(database: Database, conversation: str) -> None:
    text = "信用修復𠮷野家😀\n第二行"
    with database.session() as session:
        session.add(
            MessageRow(
                id="m", conversation_id=conversation, sequence=1, sender="user", text=text, at=NOW, sources=[{"标题": text}]
            )
        )

    with database.session() as session:
        message = session.scalars(select(MessageRow)).one()
    assert (message.text, message.sources) == (text, [{"标题": text}])


def test_the_store_is_unavailable_when_the_folder_of_its_file_is_gone(tmp_path: Path) -> None:
    # given
    folder = tmp_path / "var"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'yingshang.db'}")
    database.upgrade()
    database.close()
    shutil.rmtree(folder)

    # when
    with pytest.raises(StoreUnavailable) as caught, database.session() as session:
        session.scalar(select(func.count()).select_from(ConversationRow))

    # then
    assert str(folder) not in str(caught.value)
    assert not database.is_ready()


def test_the_store_is_unavailable_when_no_server_listens() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")

    with pytest.raises(StoreUnavailable), database.session() as session:
        session.scalar(select(1))
    assert not database.is_ready()
