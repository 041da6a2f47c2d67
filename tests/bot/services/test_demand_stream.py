"""A stream of 3,000 cases becomes work: what many ask for is found, once, whoever looks and however often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.bootstrap import open_database
from bot.persistence.database import Database
from bot.persistence.demand_tables import WorkItemRow
from bot.settings import Settings
from tests.fixtures.clock import Clock
from tests.fixtures.databases import find_postgres, fresh_postgres_database
from tests.fixtures.demand_desk import SUPERVISOR, DemandDesk, Filing
from tests.fixtures.demand_stream import PLANTED, Written, demand_stream

BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
MISSED_AT_MOST = 3
FALSE_AT_MOST = 10
"""Proposals for what nobody planted: a supervisor reads each."""


@dataclass(frozen=True)
class Looked:
    """A stream that has been looked at, in two halves, each by two keepers at once."""

    desk: DemandDesk
    filing: Filing

    def label_of(self, item: WorkItemRow) -> tuple[str, float]:
        """Return what most of the item's demands are, and the share of those."""
        demands = self.desk.demands_of(item)
        label, n = Counter(self.filing.labels[each.reference].label for each in demands).most_common(1)[0]
        return label, n / len(demands)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("demand")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'yingshang.db'}"
        if request.param == "postgresql":
            if find_postgres() is None:
                pytest.skip("YINGSHANG_TEST_POSTGRES_URL is not set")
            url = stack.enter_context(fresh_postgres_database()).render_as_string(hide_password=False)
        opened = open_database(Settings(data_dir=Path(folder), database_url=url))
        stack.callback(opened.close)
        yield opened


@pytest.fixture(scope="module")
def looked(database: Database) -> Looked:
    clock = Clock(BEGIN)
    filing, stream = Filing(database, BEGIN), demand_stream(seed=1)
    for half in (stream[:1_500], stream[1_500:]):
        clock.now = filing.file(half)
        keepers = [DemandDesk(database, clock).keeper for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda keeper: keeper.take_in(), keepers))
        keepers[0].take_in()  # whoever came second left the rest to the first
    return Looked(DemandDesk(database, clock), filing)


def test_what_many_ask_for_is_found_and_hardly_mixed_with_anything_else(looked: Looked) -> None:
    labels = [looked.label_of(item) for item in looked.desk.proposed]
    planted = [(label, share) for label, share in labels if label.startswith("theme:")]

    assert len({label for label, _ in planted}) >= PLANTED - MISSED_AT_MOST
    assert min(share for _, share in planted) >= 0.9
    assert len(labels) - len(planted) <= FALSE_AT_MOST


def test_no_work_is_proposed_twice_for_the_same_matter(looked: Looked) -> None:
    found = Counter(label for label, _ in map(looked.label_of, looked.desk.proposed))

    assert [label for label, n in found.items() if n > 1 and label.startswith("theme:")] == []


def test_what_only_looks_alike_or_comes_from_one_asker_is_not_proposed(looked: Looked) -> None:
    assert [label for label, _ in map(looked.label_of, looked.desk.proposed) if label.startswith("decoy:")] == []


def test_another_districts_demand_is_work_of_its_own(looked: Looked) -> None:
    for item in looked.desk.proposed:
        assert {each.district for each in looked.desk.demands_of(item)} == {item.district}


def test_looking_again_also_after_a_restart_finds_nothing_new(looked: Looked) -> None:
    before = [(item.id, item.cluster_id) for item in looked.desk.proposed]

    again = DemandDesk(looked.desk.database, looked.desk.now).keeper.take_in()

    assert again == 0 and [(item.id, item.cluster_id) for item in looked.desk.proposed] == before


def test_every_case_was_taken_in_once(looked: Looked) -> None:
    seen = [each.reference for item in looked.desk.proposed for each in looked.desk.demands_of(item)]

    assert len(seen) == len(set(seen))
    assert looked.desk.count_demands() == len(looked.filing.labels)


def test_everybody_who_asked_is_told_once(looked: Looked) -> None:
    """Also when two keepers tell at once."""
    desk, item = looked.desk, max(looked.desk.proposed, key=lambda each: len(looked.desk.demands_of(each)))
    written = [looked.filing.labels[each.reference] for each in desk.demands_of(item)]

    detail = desk.finish(item.id, "自12月1日起，凭门牌证明直接换证，不再核查现场。")
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda other: other.keeper.tell(), [DemandDesk(desk.database, desk.now) for _ in range(2)]))

    assert sum(told) == detail.item.to_tell == len({each.asker for each in written})
    assert desk.told() == Counter({looked.filing.conversation_of(each.asker): 1 for each in unique(written)})
    after = desk.items.detail(SUPERVISOR, item.id).item
    assert (after.told, after.to_tell) == (sum(told), sum(told))


def unique(written: list[Written]) -> list[Written]:
    return list({each.asker: each for each in written}.values())
