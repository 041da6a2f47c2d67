from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.nlu.linear_model import LinearModel
from bot.nlu.linear_training import fit
from bot.nlu.text_features import TextFeatures
from knowledge.spelling import pinyin_syllables
from knowledge.words import cutter_for

N = 240
LABELS = ["a"] * (N // 2) + ["b"] * (N // 2)
WRITERS = [str(number % 4) for number in range(N)]


def features_of(n: int = N) -> csr_matrix:
    """Two classes that one feature tells apart, and a little noise."""
    rng = np.random.default_rng(0)
    rows = rng.normal(scale=0.3, size=(n, 6)).astype(np.float32)
    rows[: n // 2, 0] += 1
    rows[n // 2 :, 1] += 1
    return csr_matrix(rows)


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return fit(features_of(), LABELS, WRITERS, 1.0)


def test_probabilities_sum_to_one_and_name_the_right_class(model: LinearModel) -> None:
    probabilities = model.probabilities(features_of()[0])

    assert probabilities.dtype == np.float32
    assert probabilities.sum() == pytest.approx(1)
    assert model.classes[int(probabilities.argmax())] == "a"


def test_a_stored_model_is_the_same_model(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path / "weights.npz")

    read = LinearModel.read(tmp_path / "weights.npz")

    assert (read.classes, read.threshold) == (model.classes, model.threshold)
    for row in features_of():
        assert (read.probabilities(row) == model.probabilities(row)).all()


def test_the_threshold_keeps_nearly_all_that_was_right(model: LinearModel) -> None:
    assert 0 < model.threshold < 1
    kept = [model.probabilities(row).max() >= model.threshold for row in features_of()]

    assert np.mean(kept) > 0.9


def test_too_few_utterances_fit_no_threshold() -> None:
    model = fit(features_of(8), ["a"] * 4 + ["b"] * 4, [""] * 8, 1.0)

    assert model.threshold == 0.0
    assert model.probabilities(features_of(8)[0]).sum() == pytest.approx(1)


def test_writers_who_each_wrote_one_intent_only_fit_nothing_from_nothing() -> None:
    # given: whoever is left out, nobody else wrote this intent
    labels = ["a"] * 80 + ["b"] * 80 + ["c"] * 80

    # when
    model = fit(features_of(), labels, labels, 1.0)

    # then
    assert model.classes == ("a", "b", "c")
    assert 0 <= model.threshold < 1
    for row in features_of():
        assert model.probabilities(row).max() < 0.9999
        assert model.probabilities(row).sum() == pytest.approx(1)


def test_homophones_have_the_same_syllables_and_so_share_features() -> None:
    features = TextFeatures(cutter_for(()), bits=10)
    rows = features.fit_transform(["公示期", "公式期", "税务局"])

    assert pinyin_syllables("公示期") == pinyin_syllables("公式期") == ["gong", "shi", "qi"]
    assert rows[0].multiply(rows[1]).sum() > 2 * rows[0].multiply(rows[2]).sum()


def test_every_row_has_the_promised_width() -> None:
    features = TextFeatures(cutter_for(()), bits=10)

    rows = features.fit_transform(["公示期", "税"])

    assert rows.shape == (2, features.width) == (2, 4 * 1024)
    assert rows.dtype == np.float32
    assert (features.transform(["公示期"]) != rows[0]).nnz == 0
