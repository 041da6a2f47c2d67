"""The questions we are measured with teach the assistant nothing: none stands, even nearly, in what it learns from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import numpy as np
import yaml
from rapidfuzz import fuzz, process

from bot.business.aspects import LABELS
from bot.settings import PROJECT
from knowledge.articles import read_articles
from knowledge.normalise import normalise
from knowledge.report import read_report

NEAREST_ALLOWED = 85
"""Similarity (0-100, rapidfuzz ratio) from which a question counts as known."""
_NOT_TELLING = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    return _NOT_TELLING.sub("", normalise(text))


def evaluation_questions() -> list[str]:
    lines = (PROJECT / "tests/evaluation/questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines if line.strip()]


def training_utterances() -> Iterator[str]:
    for path in sorted((PROJECT / "data/nlu").glob("*.yml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            examples = entry["examples"]
            if isinstance(examples, str):
                yield from (line.removeprefix("- ") for line in examples.splitlines() if line.strip())
            else:
                yield from (example["text"].strip().removeprefix("- ") for example in examples)


def knowledge_questions() -> Iterator[str]:
    for article, _ in read_articles(PROJECT / "knowledge/articles"):
        yield from article.questions
        for passage in article.passages:
            yield from passage.phrasings
            if passage.heading not in LABELS.values():  # 去哪办 over a section is its label, no question of its own
                yield passage.heading
    report = read_report(PROJECT / "knowledge/report")
    for note in report.notes:
        yield from (note.heading, *note.phrasings)
    for task in report.tasks:
        yield from report.phrasings.get(task.id, ())


def nearest(known: list[str]) -> list[tuple[str, str, int]]:
    """Return (evaluation question, known text, similarity) for each that is too near."""
    questions = evaluation_questions()
    scores = process.cdist(
        [bare(question) for question in questions],
        [bare(text) for text in known],
        scorer=fuzz.ratio,
        score_cutoff=NEAREST_ALLOWED,
        dtype=np.uint8,
        workers=-1,
    )
    best = scores.argmax(axis=1)
    return [(questions[row], known[best[row]], int(scores[row, best[row]])) for row in np.flatnonzero(scores.max(axis=1))]


def test_there_is_something_to_compare() -> None:
    assert len(evaluation_questions()) > 300
    assert sum(1 for _ in training_utterances()) > 10_000
    assert sum(1 for _ in knowledge_questions()) > 2_000


def test_a_question_that_differs_only_in_script_and_punctuation_would_be_noticed() -> None:
    question = evaluation_questions()[0]

    assert nearest([f"「{question}」！！"])[0][2] == 100


def test_no_evaluation_question_is_or_resembles_a_training_utterance() -> None:
    assert nearest(list(training_utterances())) == []


def test_no_evaluation_question_is_or_resembles_a_question_of_the_knowledge_base() -> None:
    assert nearest(list(knowledge_questions())) == []
