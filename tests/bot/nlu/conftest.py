"""Rasa's own storage for components, and a way through train, persist, load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bot.dialogue  # noqa: F401  isort: skip  puts the TensorFlow stand-in in place before Rasa is imported

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.settings import PROJECT

KNOWLEDGE = str(PROJECT / "knowledge")
UTTERANCES = {
    "credit_publicity_period": ["公示期要多久", "处罚公示多长时间", "最短公示期几个月", "公示期满会自动撤下吗"],
    "company_setup": ["怎么注册公司", "开公司要什么材料", "办营业执照去哪里", "注册公司要钱吗", "个体户怎么登记"],
    "trademark_register": ["商标注册多久", "怎么申请商标", "商标注册要多少钱", "商标被驳回了怎么办", "商标到期续展"],
}
QUESTIONS = [
    "处罚的公示期多久",
    "公式期要多久",
    "註冊公司要帶什麼材料",
    "ＡＢＣ公司想申请商标",
    "信用修复要收费吗，去哪个窗口",
    "滨江区市场监管局电话",
    "第58号令还有效吗",
    "2026年3月1日罚了5000元",
    "统一社会信用代码91330100799655058B",
    "ZH-01是什么任务",
    "打12345没人接",
    "你好😀",
]


def message(text: str, intent: str | None = None) -> Message:
    return Message({TEXT: text, **({INTENT: intent} if intent else {})})


def training_data() -> TrainingData:
    return TrainingData([message(text, intent) for intent, texts in UTTERANCES.items() for text in texts])


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage(tmp_path)


TrainAndLoad = Callable[..., tuple[Any, Any]]


@pytest.fixture
def train_and_load(storage: LocalModelStorage) -> TrainAndLoad:
    """Return a component as it was trained, and as it was loaded from what it kept."""

    def run(component: Any, data: TrainingData | None = None, **config: Any) -> tuple[Any, Any]:
        whole = {**component.get_default_config(), **config}
        place = (whole, storage, Resource(component.__name__), ExecutionContext(GraphSchema({})))
        trained = component.create(*place)
        trained.train(data or training_data())
        return trained, component.load(*place)

    return run
