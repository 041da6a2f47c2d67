"""Training the linear classifier and its calibration. Apart from the model, because serving needs no scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold
from sklearn.svm import LinearSVC

from bot.nlu.linear_model import Calibration, FloatArray, LinearModel, evidence, pack

Trained = tuple[FloatArray, FloatArray, npt.NDArray[np.str_]]
"""Weights (n_features, n_classes), biases (n_classes,), class names."""
TOTAL_WEIGHT = 5_000
SMALLEST_C, LARGEST_C = 0.3, 3.0
N_FOLDS = 3
KEPT_SHARE = 0.999
"""The rejection threshold keeps this share of the utterances that cross-validation got right."""
MIN_CALIBRATION_ROWS = 100
TOLERANCE = 0.1
"""The solver stops here: a hundred times coarser than its default, twice as fast, not one decision in 3,000 differs."""


def fit(features: csr_matrix, labels: Sequence[str], groups: Sequence[str], regularisation: float | None = None) -> LinearModel:
    """Train on all rows; fit the calibration on predictions for rows left out.

    Rows are left out by group (who wrote the utterance) when there are several groups, because a writer resembles himself.
    `regularisation` is the SVM's C; None = by the number of rows. The two trainings run side by side.
    """
    y = np.asarray(labels)
    chosen = regularisation if regularisation is not None else choose_regularisation(len(y))
    held = _held_out(y, groups)
    with ProcessPoolExecutor(max_workers=1) as beside:
        trial = beside.submit(_train, features[~held], y[~held], chosen) if held.any() else None
        weights, biases, classes = _train(features, y, chosen)
        fitted, threshold = _calibrate(features[held], y[held], trial.result()) if trial else (Calibration(1.0, ()), 0.0)
    packed, scales = pack(weights)
    return LinearModel(tuple(classes.tolist()), packed, scales, biases, fitted, threshold)


def choose_regularisation(n_rows: int) -> float:
    """Return C such that the whole data weigh about the same however many rows there are: many rows repeat each other.

    Measured: 328 utterances do best at 1-3, 2,300 at 3, 10,000 anywhere from 0.3 on, our own 34,000 at 0.3.
    """
    return min(max(TOTAL_WEIGHT / n_rows, SMALLEST_C), LARGEST_C)


def _held_out(y: npt.NDArray[np.str_], groups: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which rows to leave out: about a third, whole groups if there are enough of them; none of too few rows."""
    held = np.zeros(len(y), dtype=bool)
    if len(y) < MIN_CALIBRATION_ROWS:
        return held
    if len(set(groups)) >= N_FOLDS:
        splits = GroupKFold(N_FOLDS).split(y, y, groups)
    else:
        splits = KFold(N_FOLDS, shuffle=True, random_state=0).split(y)
    held[next(iter(splits))[1]] = True
    return held


def _train(features: csr_matrix, y: npt.NDArray[np.str_], regularisation: float) -> Trained:
    svm = LinearSVC(C=regularisation, tol=TOLERANCE, random_state=0).fit(features, y)
    weights, biases = svm.coef_.T, svm.intercept_
    if weights.shape[1] == 1:  # two classes: scikit-learn keeps one direction
        weights, biases = np.hstack([-weights, weights]), np.concatenate([-biases, biases])
    return weights.astype(np.float32), biases.astype(np.float32), svm.classes_


def _calibrate(features: csr_matrix, y: npt.NDArray[np.str_], trained: Trained) -> tuple[Calibration, float]:
    weights, biases, classes = trained
    known = np.isin(y, classes)
    if not known.any():
        return Calibration(1.0, ()), 0.0
    scores = np.asarray(features[known] @ weights + biases, dtype=np.float32)
    targets = np.searchsorted(classes, y[known])
    temperature = _fit_temperature(scores, targets)
    calibration = Calibration(temperature, _fit_trust(scores, softmax(scores * temperature, axis=1), targets))
    return calibration, _fit_threshold(calibration.probabilities(scores), targets)


def _fit_temperature(scores: FloatArray, targets: npt.NDArray[np.int64]) -> float:
    def loss(log_temperature: float) -> float:
        logs = log_softmax(scores * np.exp(log_temperature), axis=1)
        return float(-logs[np.arange(len(targets)), targets].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 4), method="bounded").x))


def _fit_trust(scores: FloatArray, shares: FloatArray, targets: npt.NDArray[np.int64]) -> tuple[float, ...]:
    right = shares.argmax(axis=1) == targets
    if right.all() or not right.any():
        return ()
    fitted = LogisticRegression().fit(evidence(scores, shares), right)
    return (*fitted.coef_[0].tolist(), float(fitted.intercept_[0]))


def _fit_threshold(probabilities: FloatArray, targets: npt.NDArray[np.int64]) -> float:
    right = probabilities.argmax(axis=1) == targets
    return float(np.quantile(probabilities.max(axis=1)[right], 1 - KEPT_SHARE)) if right.any() else 0.0
