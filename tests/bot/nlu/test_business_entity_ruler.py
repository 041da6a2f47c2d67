from __future__ import annotations

from typing import Any, cast

import pytest

from bot.nlu.business_entity_ruler import BusinessEntityRuler
from bot.settings import PROJECT
from knowledge.report import read_report
from tests.bot.nlu.conftest import KNOWLEDGE, QUESTIONS, TrainAndLoad, message


@pytest.fixture(scope="module")
def ruler(tmp_path_factory: pytest.TempPathFactory) -> BusinessEntityRuler:
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    storage = LocalModelStorage(tmp_path_factory.mktemp("ruler"))
    config = {"knowledge": KNOWLEDGE}
    return BusinessEntityRuler.create(config, storage, Resource("ruler"), ExecutionContext(GraphSchema({})))


def entities_of(ruler: BusinessEntityRuler, text: str) -> list[dict[str, Any]]:
    [processed] = ruler.process([message(text)])
    return cast(list[dict[str, Any]], processed.get("entities") or [])


def found(ruler: BusinessEntityRuler, text: str) -> set[tuple[str, str, str]]:
    """Return (entity, value, the words as written)."""
    return {(e["entity"], e["value"], text[e["start"] : e["end"]]) for e in entities_of(ruler, text)}


def test_a_loaded_ruler_finds_what_the_trained_one_finds(train_and_load: TrainAndLoad) -> None:
    trained, loaded = train_and_load(BusinessEntityRuler, knowledge=KNOWLEDGE)

    for text in QUESTIONS:
        assert entities_of(loaded, text) == entities_of(trained, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("信用修复要多久", ("aspect", "time_limit", "多久")),
        ("信用修复要多久", ("service", "信用修复", "信用修复")),
        ("要带什么材料", ("aspect", "materials", "材料")),
        ("怎么办理", ("aspect", "how", "怎么办理")),
        ("去哪个窗口", ("aspect", "where", "哪个窗口")),
        ("依據是什麼", ("aspect", "legal_basis", "依據")),
        ("要不要錢", ("aspect", "fee", "要不要錢")),
        ("市監局管這個嗎", ("organ", "市监局", "市監局")),
        ("滨江区能办吗", ("district", "滨江区", "滨江区")),
        ("我在萧山开店", ("district", "萧山", "萧山")),
        ("上海怎么办", ("city", "上海", "上海")),
        ("淘宝店被投诉", ("platform", "淘宝", "淘宝")),
        ("国办发〔2026〕25号怎么说", ("document_number", "国办发〔2026〕25号", "国办发〔2026〕25号")),
        ("杭政办函（2026）3号", ("document_number", "杭政办函(2026)3号", "杭政办函（2026）3号")),
        ("第58号令废止了吗", ("document_number", "第58号令", "第58号令")),
        ("２０２６年３月１日，罚的", ("date", "2026年3月1日", "２０２６年３月１日")),
        ("到12月31日为止", ("date", "12月31日", "12月31日")),
        ("2026-11-22提交的", ("date", "2026-11-22", "2026-11-22")),
        ("罚了5000元", ("money", "5000元", "5000元")),
        ("注册资本100万", ("money", "100万", "100万")),
        ("代码是91330100799655058B", ("credit_code", "91330100799655058b", "91330100799655058B")),
        ("ZH-01完成了吗", ("task_number", "zh-01", "ZH-01")),
        ("我的编号YS20261122001", ("case_number", "ys20261122001", "YS20261122001")),
        ("打12345有用吗", ("hotline", "12345", "12345")),
        ("１２３１５怎么打", ("hotline", "12315", "１２３１５")),
    ],
)
def test_what_a_question_names_is_found_where_it_was_written(
    ruler: BusinessEntityRuler, text: str, expected: tuple[str, str, str]
) -> None:
    assert expected in found(ruler, text)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("代码是913301007996550580", "credit_code"),
        ("单号91330100799655058B123", "credit_code"),
        ("手机13123456789", "hotline"),
        ("单号9123456", "hotline"),
        ("abzh-01", "task_number"),
        ("型号ZH-011", "task_number"),
        ("你好，在吗", "aspect"),
    ],
)
def test_what_only_looks_like_it_is_not_found(ruler: BusinessEntityRuler, text: str, entity: str) -> None:
    assert entity not in {e["entity"] for e in entities_of(ruler, text)}


def test_every_task_of_the_report_is_recognised_by_its_number(ruler: BusinessEntityRuler) -> None:
    for task in read_report(PROJECT / "knowledge" / "report").tasks:
        assert ("task_number", task.id.lower(), task.id) in found(ruler, f"{task.id}是什么")


@pytest.mark.parametrize(("text", "words"), [("从2026年3月1日起", "2026年3月1日"), ("罚了5000元整", "5000元")])
def test_the_place_of_a_pattern_ends_where_the_pattern_ends(ruler: BusinessEntityRuler, text: str, words: str) -> None:
    assert words in {written for _, _, written in found(ruler, text)}


def test_of_two_overlapping_terms_the_longer_one_stays(ruler: BusinessEntityRuler) -> None:
    services = {value for entity, value, _ in found(ruler, "进了经营异常名录") if entity == "service"}

    assert services == {"经营异常名录"}


def test_an_aspect_inside_a_service_is_found_beside_it(ruler: BusinessEntityRuler) -> None:
    both = {(entity, value) for entity, value, _ in found(ruler, "市政基础设施配套费多少钱")}

    assert {("service", "市政基础设施配套费"), ("aspect", "fee")} <= both


def test_entities_found_earlier_in_the_pipeline_are_kept(ruler: BusinessEntityRuler) -> None:
    given = message("要多久")
    given.set("entities", [{"entity": "other", "value": "x", "start": 0, "end": 1}])

    ruler.process([given])

    assert [e["entity"] for e in given.get("entities")] == ["other", "aspect"]


@pytest.mark.parametrize("text", ["", "\u200b", "？"])
def test_a_text_without_words_has_no_entities(ruler: BusinessEntityRuler, text: str) -> None:
    assert not entities_of(ruler, text)
