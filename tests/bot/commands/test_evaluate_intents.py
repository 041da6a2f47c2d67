"""`evaluate-intents` on files of a few lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.commands.evaluate_intents import Prediction, score
from tests.bot.commands.running import run

KEYS = {"n", "in_scope_accuracy", "accuracy", "oos_recall", "macro_f1", "threshold", "train_s", "ms_per_message"}
TRAIN = {
    "weather": ["今天下雨吗", "明天天气怎么样", "会不会下雪", "气温多少度", "后天出太阳吗", "周末刮风吗"],
    "music": ["放一首歌", "我想听音乐", "来点流行歌曲", "播放周杰伦的歌", "换一首曲子", "唱首歌听听"],
    "food": ["中午吃什么", "推荐一家餐厅", "附近有什么好吃的", "想吃火锅", "点个外卖", "哪里的面好吃"],
}


def tsv(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("text\tintent\n" + "".join(f"{text}\t{label}\n" for text, label in rows), encoding="utf-8")
    return path


@pytest.fixture
def train(tmp_path: Path) -> Path:
    return tsv(tmp_path / "train.tsv", [(text, label) for label, texts in TRAIN.items() for text in texts])


@pytest.mark.slow
def test_the_products_pipeline_is_trained_and_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path, train: Path) -> None:
    test = tsv(
        tmp_path / "test.tsv", [("明天下雨吗", "weather"), ("想听一首歌", "music"), ("晚上吃什么", "food"), ("qqqq", "oos")]
    )

    outcome = run(capsys, "evaluate-intents", "--train", train, "--test", test, "--json")

    result = json.loads(outcome.out)
    assert outcome.status == 0 and set(result) == KEYS
    assert result["n"] == 4 and result["in_scope_accuracy"] == 1.0 and result["oos_recall"] in (0.0, 1.0)
    assert result["train_s"] > 0 and result["ms_per_message"] > 0


BROKEN = [
    ("text\tintent\n你好\n", "line 2: has 1 columns instead of 2"),
    ("text\tintent\n你好\tgreet\textra\n", "line 2: has 3 columns instead of 2"),
    ("text\tintent\n", "has no rows"),
    ("", "has no rows"),
    (b"\xff\xfe", "cannot be read as UTF-8"),
    (None, "does not exist"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN, ids=[message for _, message in BROKEN])
@pytest.mark.parametrize("which", ["train", "test"])
def test_a_malformed_file_is_named_before_anything_is_trained(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, train: Path, which: str, content: str | bytes | None, message: str
) -> None:
    bad = tmp_path / "bad.tsv"
    if content is not None:
        bad.write_bytes(content if isinstance(content, bytes) else content.encode())
    files = {"train": train, "test": train, which: bad}

    outcome = run(capsys, "evaluate-intents", "--train", files["train"], "--test", files["test"], "--json")

    assert outcome.status == 1 and f"bad.tsv: {message}".split(": ")[-1] in outcome.err and "bad.tsv" in outcome.err
    assert outcome.out == "" and "Traceback" not in outcome.err


def test_a_rejected_utterance_counts_as_out_of_scope() -> None:
    labels = ["a", "b", "oos", "oos"]
    predictions = [
        Prediction("a", 0.9, rejected=False),
        Prediction("b", 0.2, rejected=True),
        Prediction("a", 0.1, rejected=True),
        Prediction("a", 0.8, rejected=False),
    ]

    own = score(labels, predictions, threshold=None)
    lower = score(labels, predictions, threshold=0.15)

    assert (own["in_scope_accuracy"], own["accuracy"], own["oos_recall"]) == (1.0, 0.5, 0.5)
    assert (lower["accuracy"], lower["oos_recall"], lower["threshold"]) == (0.75, 0.5, 0.15)


def test_without_rows_out_of_scope_their_recall_is_null() -> None:
    assert score(["a"], [Prediction("a", 1.0, rejected=False)], None)["oos_recall"] is None


def test_macro_f1_counted_by_hand() -> None:
    predictions = [Prediction(i, 1.0, rejected=False) for i in ("a", "a", "b")]

    assert score(["a", "b", "b"], predictions, None)["macro_f1"] == round((2 / 3 + 2 / 3) / 2, 4)
