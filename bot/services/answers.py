"""Finding the answer to a question in the knowledge base of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.business.aspects import Aspect
from bot.business.confidence import Band, SubjectChoice, choose
from bot.business.follow_up import asks_how, is_bare_aspect
from bot.services.knowledge import Knowledge
from bot.services.task_answers import LIST_ROW, TaskAnswers
from knowledge.ambiguities import Ambiguity, find_ambiguity
from knowledge.base import TASKS_SUBJECT, KnowledgeBase, Row, Source
from knowledge.normalise import normalise
from knowledge.search import FloatArray

OFFERS_AT_MOST = 3
ENTRY_SUBJECTS = ("credit_repair_apply", "company_setup", "trademark_infringement")
"""What enterprises ask most."""
SURE_REFUSAL = 0.5
"""Probability from which a question is declined without a look at the knowledge base."""
STRONG_HIT = 0.75
"""Share (0-1) of the question, weighed by how telling its words are, that one stored question must hold."""
POOLED_SUBJECTS = (("reform_targets", "reform_structure"),)
"""Subjects that are one collection to the asker: the best row of either answers."""


@dataclass(frozen=True)
class Question:
    """What the pipeline understood of an utterance."""

    text: str
    intent: str
    probabilities: Mapping[str, float]
    """Of the intents in the ranking."""
    aspects: tuple[Aspect, ...] = ()
    aspect_spans: tuple[tuple[int, int], ...] = ()
    """[start, end) in the text, of the aspects."""
    task_numbers: tuple[str, ...] = ()
    """As written: FZ-13, fz13."""


@dataclass(frozen=True)
class Topic:
    """What the conversation is about: the subject and the article (or report) last answered from."""

    subject: str
    group: str


@dataclass(frozen=True)
class Offer:
    """A button: its title and what it leads to."""

    title: str
    row_id: str | None = None
    subject: str | None = None


@dataclass(frozen=True)
class Answer:
    """What to say. `row` is the answer itself; without one only offers are made."""

    band: Band
    row: Row | None = None
    offers: tuple[Offer, ...] = ()
    topic: Topic | None = None
    sources: tuple[Source, ...] = field(default=())
    is_general: bool = False
    """The row is about the subject, but nothing in the knowledge base answers just this question."""


class Answers:
    """Answers out of the knowledge base; stores nothing."""

    def __init__(
        self, knowledge: Knowledge, subject_titles: Mapping[str, str], ambiguities: Sequence[Ambiguity], tasks: TaskAnswers
    ) -> None:
        self._knowledge = knowledge
        self._tasks = tasks
        self._titles = subject_titles
        self._ambiguities = ambiguities

    def answer(self, question: Question, topic: Topic | None) -> Answer:
        """Answer a question that names its subject, or one that only makes sense after what was talked about."""
        if is_bare_aspect(normalise(question.text), question.aspect_spans):
            return self.answer_aspect(question, topic) if topic else self.ask_back(question)
        if ambiguity := find_ambiguity(question.text, self._ambiguities):
            return self._offer_meanings(ambiguity)
        base = self._knowledge.base()
        if listed := self._tasks.answer_list(question.text, base):
            return self._answer_with(base, listed, TASKS_SUBJECT)
        return self._with_records(base, question, self._find_answer(base, question, topic))

    def _find_answer(self, base: KnowledgeBase, question: Question, topic: Topic | None) -> Answer:
        if task := next((row for number in question.task_numbers if (row := base.find_task(number))), None):
            return self._answer_with(base, task, task.subjects[0])
        scores = base.scores(question.text)
        choice = choose(self._subjects(base, question))
        if choice.band is Band.ANSWER:
            return self._best_row(base, question, scores, choice.subjects[0])
        if topic and (row := self._row_of_topic(base, question, scores, topic)):
            return self._answer_with(base, row, topic.subject)
        return Answer(choice.band, offers=self._subject_offers(choice))

    def answer_aspect(self, question: Question, topic: Topic) -> Answer:
        """Answer an aspect of the article last talked about; without such a section, the passage nearest to the words."""
        base = self._knowledge.base()
        return self._with_records(base, question, self._find_aspect(base, question, topic))

    def _find_aspect(self, base: KnowledgeBase, question: Question, topic: Topic) -> Answer:
        for aspect in question.aspects:
            if row := base.find_aspect(topic.group, aspect):
                return self._answer_with(base, row, topic.subject)
        rows = base.list_group(topic.group)
        if not rows:
            return Answer(Band.CLARIFY)
        scores = base.scores(question.text)
        ranked = [row for row, _ in base.rank(scores, (topic.subject,), question.aspects) if row.group == topic.group]
        return self._answer_with(base, ranked[0] if ranked else rows[0], topic.subject)

    def entries(self) -> tuple[Offer, ...]:
        """Return subjects to begin from, for somebody who has not asked anything yet."""
        return tuple(Offer(self._titles[subject], subject=subject) for subject in ENTRY_SUBJECTS)

    def ask_back(self, question: Question) -> Answer:
        """Offer subjects for words that could mean several."""
        if ambiguity := find_ambiguity(question.text, self._ambiguities):
            return self._offer_meanings(ambiguity)
        likely = list(self._subjects(self._knowledge.base(), question))[:OFFERS_AT_MOST]
        return Answer(Band.CLARIFY, offers=tuple(Offer(self._titles[subject], subject=subject) for subject in likely))

    def answer_unclear(self, question: Question, topic: Topic | None) -> Answer:
        """Ask back, unless the words are an aspect of what was talked about."""
        if topic and is_bare_aspect(normalise(question.text), question.aspect_spans):
            return self.answer_aspect(question, topic)
        return self.ask_back(question)

    def fall_back(self, question: Question, topic: Topic | None) -> Answer:
        """Answer what the classifier did not understand when the search alone is sure; else offer near subjects or nothing."""
        answer = self.answer(question, topic)
        goes_on = topic is not None and answer.topic == topic
        is_listed = answer.row is not None and answer.row.id.startswith(LIST_ROW)
        is_sure = goes_on or is_listed or self._is_strong_hit(question)
        return answer if answer.row is None or is_sure else Answer(Band.CLARIFY)

    def answer_despite_refusal(self, question: Question) -> Answer | None:
        """Return an answer to a question that was taken for one to decline, when that was unsure and the search is sure."""
        if question.probabilities.get(question.intent, 0.0) >= SURE_REFUSAL or not self._is_strong_hit(question):
            return None
        return self.answer(question, None)

    def _is_strong_hit(self, question: Question) -> bool:
        base = self._knowledge.base()
        return base.coverage(question.text) >= STRONG_HIT

    def show_subject(self, subject: str) -> Answer:
        """List what is known about a subject: its first article's overview, the others as offers."""
        base = self._knowledge.base()
        rows = base.list_subject(subject)
        if not rows:
            return Answer(Band.CLARIFY)
        overviews = [row for row in rows if row.aspect is Aspect.OVERVIEW] or rows
        first = overviews[0]
        others = tuple(Offer(row.title, row_id=row.id) for row in overviews[1:] if row.group != first.group)
        return self._answer_with(base, first, subject, others)

    def show_row(self, row_id: str) -> Answer:
        """Return the passage, task or note that a button names; nothing when it does not hold today."""
        base = self._knowledge.base()
        row = base.find_row(row_id)
        if row is None:
            return Answer(Band.CLARIFY)
        return self._with_records(base, Question("", "", {}), self._answer_with(base, row, row.subjects[0]))

    def _with_records(self, base: KnowledgeBase, question: Question, answer: Answer) -> Answer:
        """Return the answer with what was added to its task, or about the task whose lead unit was asked for."""
        if answer.row is None:
            return answer
        if (meant := self._tasks.meant(answer.row, question.text, base)) is not answer.row:
            answer = self._answer_with(base, meant, meant.subjects[0])
        row = self._tasks.told(meant, question.text)
        return replace(answer, row=row, sources=(row.source, *row.related))

    def _subjects(self, base: KnowledgeBase, question: Question) -> dict[str, float]:
        """Return the probabilities of the subjects that the knowledge base knows, best first.

        Subjects that are one collection to the asker are taken together, under the likeliest one's name.
        """
        known = {subject: p for subject, p in question.probabilities.items() if subject in base.subjects}
        for pool in POOLED_SUBJECTS:
            likely = sorted((subject for subject in pool if subject in known), key=lambda subject: -known[subject])
            for other in likely[1:]:
                known[likely[0]] += known.pop(other)
        return dict(sorted(known.items(), key=lambda item: -item[1]))

    def _best_row(self, base: KnowledgeBase, question: Question, scores: FloatArray, subject: str) -> Answer:
        pool = (subject, *(other for pool in POOLED_SUBJECTS if subject in pool for other in pool if other != subject))
        ranked = base.rank(scores, pool, question.aspects)
        if not ranked:
            return Answer(Band.CLARIFY)
        rows = [row for row, _ in ranked]
        if rows[0].aspect is Aspect.OVERVIEW and asks_how(normalise(question.text)):
            rows[0] = base.find_aspect(rows[0].group, Aspect.HOW) or rows[0]
        if base.is_about(rows[0], question.text):
            return self._answer_with(base, rows[0], subject, runners_up=rows[1:])
        overview = base.find_aspect(rows[0].group, Aspect.OVERVIEW) or rows[0]
        answer = self._answer_with(base, overview, subject, runners_up=rows)
        return replace(answer, is_general=base.is_beyond(question.text, overview))

    def _answer_with(
        self,
        base: KnowledgeBase,
        row: Row,
        subject: str,
        first_offers: tuple[Offer, ...] = (),
        runners_up: Sequence[Row] = (),
    ) -> Answer:
        offers = [*first_offers, *(Offer(_short(other), row_id=other.id) for other in _others(base, row, runners_up))]
        return Answer(
            Band.ANSWER,
            row=row,
            offers=tuple(offers[:OFFERS_AT_MOST]),
            topic=Topic(subject, row.group),
            sources=(row.source, *row.related),
        )

    def _row_of_topic(self, base: KnowledgeBase, question: Question, scores: FloatArray, topic: Topic) -> Row | None:
        """Return the row of the article last talked about that answers the words, if one does."""
        ranked = [row for row, _ in base.rank(scores, (topic.subject,), question.aspects) if row.group == topic.group]
        return ranked[0] if ranked and base.is_about(ranked[0], question.text) else None

    def _offer_meanings(self, ambiguity: Ambiguity) -> Answer:
        offers = [Offer(title, subject=subject) for subject, title in ambiguity.options.items()]
        return Answer(Band.CLARIFY, offers=tuple(offers[:OFFERS_AT_MOST]))

    def _subject_offers(self, choice: SubjectChoice) -> tuple[Offer, ...]:
        return tuple(Offer(self._titles[subject], subject=subject) for subject in choice.subjects)


def _short(row: Row) -> str:
    """Return a button's title for a row of the article that was just answered from."""
    return row.heading.rstrip("？?")


def _others(base: KnowledgeBase, row: Row, runners_up: Sequence[Row]) -> list[Row]:
    """Return what else to offer: near answers first, then the article's main sections."""
    near = [other for other in runners_up if other.group == row.group and other.id != row.id][:OFFERS_AT_MOST]
    wanted = (Aspect.HOW, Aspect.MATERIALS, Aspect.TIME_LIMIT, Aspect.FEE, Aspect.CONDITIONS)
    sections = [base.find_aspect(row.group, aspect) for aspect in wanted]
    found = [*near, *(section for section in sections if section and section.id != row.id)]
    return list({other.id: other for other in found}.values())
