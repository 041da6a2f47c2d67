"""spaCy's Chinese pipeline with our own dictionary: a tokenizer and an entity ruler, no trained package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from bot.business.credit_code import is_credit_code
from knowledge.normalise import normalise
from knowledge.terms import TermGroup
from knowledge.words import WordCutter

_PATTERNS = {
    "document_number": re.compile(
        r"(?:国办发|浙政办?发|杭政办?函?|法释|浙市监信|杭人社发|国市监信规)\s*[〔\[(]\d{4}[〕\])]\s*\d+号|(?:第)?\d{1,4}号令"
    ),
    "date": re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?|\d{1,2}月\d{1,2}[日号]|\d{4}-\d{1,2}-\d{1,2}"),
    "money": re.compile(r"\d+(?:\.\d+)?\s*(?:万亿|亿|千万|百万|万|千)?(?:元|块钱|块)|\d+(?:\.\d+)?\s*(?:亿|万)"),
    "credit_code": re.compile(r"(?<![0-9a-z])[0-9a-hj-npqrtuwxy]{18}(?![0-9a-z])"),
    "task_number": re.compile(r"(?<![a-z])(?:zh|zw|fz|sc|jj|rw)-?\d{1,2}(?!\d)"),
    "case_number": re.compile(r"(?<![0-9a-z])ys\d{8,14}(?![0-9a-z])"),
    "hotline": re.compile(
        r"(?<!\d)(?:12345|12315|12348|12366|12333|12393|12329|12368|12360|12367|12388|95598|95198|96110)(?!\d)"
    ),
}
"""Found in normalised text, hence lower case. The credit code's alphabet leaves out I, O, S, V and Z (GB 32100-2015)."""


class CutterTokenizer:
    """Makes a Doc out of the cutter's words, so that spaCy keeps our terms whole."""

    def __init__(self, vocab: Vocab, cutter: WordCutter) -> None:
        self.vocab = vocab
        self._cutter = cutter

    def __call__(self, text: str) -> Doc:
        words = _split_at(self._cutter.cut(text), {place for _, match in _matches(text) for place in match.span()})
        return Doc(self.vocab, words=words, spaces=[False] * len(words))

    def to_disk(self, path: object, **kwargs: object) -> None:
        """Nothing to keep: the dictionary is made from the knowledge base."""


def build_pipeline(cutter: WordCutter, groups: Sequence[TermGroup]) -> Language:
    """Return a `zh` pipeline that finds the groups' terms and our patterns in normalised text.

    A found span's label is the entity type; its `id_` is the group's value or, without one, the term itself.
    """
    nlp = spacy.blank("zh")
    nlp.tokenizer = CutterTokenizer(nlp.vocab, cutter)
    if not groups:
        return nlp
    ruler = nlp.add_pipe("span_ruler", config={"spans_key": "terms", "annotate_ents": False})
    patterns = [
        {"label": group.entity, "pattern": normalise(term), "id": group.value or normalise(term)}
        for group in groups
        for term in group.terms
    ]
    ruler.add_patterns(patterns)  # type: ignore[attr-defined]
    return nlp


def find_spans(doc: Doc) -> list[Span]:
    """Return the entities of the document in order; of overlapping ones the longest stays, aspects beside the others."""
    spans = [*doc.spans.get("terms", ()), *_pattern_spans(doc)]
    aspects = filter_spans([span for span in spans if span.label_ == "aspect"])
    others = filter_spans([span for span in spans if span.label_ != "aspect"])
    return sorted([*aspects, *others], key=lambda span: (span.start_char, span.label_))


def _pattern_spans(doc: Doc) -> Iterator[Span]:
    for label, match in _matches(doc.text):
        span = doc.char_span(match.start(), match.end(), label=label, span_id=match.group())
        if span is not None:
            yield span


def _matches(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for label, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            if label != "credit_code" or is_credit_code(match.group()):
                yield label, match


def _split_at(words: Sequence[str], borders: set[int]) -> list[str]:
    """Return the words, cut also at these offsets into the text they make."""
    pieces: list[str] = []
    position = 0
    for word in words:
        inside = sorted(border - position for border in borders if position < border < position + len(word))
        pieces.extend(word[start:end] for start, end in zip([0, *inside], [*inside, len(word)], strict=True))
        position += len(word)
    return [piece for piece in pieces if piece]
