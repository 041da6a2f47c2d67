"""Articles: their file format and the passages in them.

An article is Markdown with YAML front matter. `## key 标题` opens a section per aspect; under `## follow_up` each `### 问题`
is a passage of its own. Each passage may name other ways to ask (`问法: a | b`) and must name its sources (`来源: id, id`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.business.aspects import FOLLOW_UP, LABELS, Aspect
from bot.business.validity import Validity
from bot.errors import ArticleInvalid, FileInvalid, KnowledgeInvalid
from knowledge.yaml_files import load_yaml

MAX_FILE_BYTES = 200_000
TRUST_MARKS = {"法", "检", "忆", "?"}
AUDIENCES = {"enterprise", "individual_business", "individual"}
_REQUIRED = ("id", "topic", "title", "subjects", "audience", "issuing_body", "document_no", "checked_on", "review_by")
_KNOWN = {*_REQUIRED, "effective_from", "effective_to", "supersedes", "sources", "questions"}
_TOPIC = re.compile(r"C(?:10|[0-9])|I(?:1[0-2]|[1-9])|S(?:[12][0-9]|3[0-9]|[1-9])|A[2-7]")
_SECTION = re.compile(r"^##\s+(\w+)\s*(.*)$")
_FOLLOW_UP_HEADING = re.compile(r"^###\s+(.+)$")


@dataclass(frozen=True)
class SourceOfFact:
    """Where a fact was read: a law, a page; with the mark of how far it is trusted."""

    id: str
    title: str
    url: str | None
    trust: str


@dataclass(frozen=True)
class Passage:
    """The part of an article that is retrieved and shown."""

    article_id: str
    key: str
    """Unique in the article: the aspect, or `follow_up.N` counted from 1."""
    heading: str
    aspect: Aspect | None
    """None for a follow-up."""
    phrasings: tuple[str, ...]
    text: str
    source_ids: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.article_id}#{self.key}"


@dataclass(frozen=True)
class Article:
    """A published text about one topic, valid for a stretch of time."""

    id: str
    topic: str
    title: str
    subjects: tuple[str, ...]
    audience: tuple[str, ...]
    issuing_body: str
    document_no: str
    validity: Validity
    supersedes: str | None
    checked_on: date
    review_by: date
    sources: tuple[SourceOfFact, ...]
    questions: tuple[str, ...]
    passages: tuple[Passage, ...]

    def find_passage(self, key: str) -> Passage | None:
        return next((passage for passage in self.passages if passage.key == key), None)

    def find_aspect(self, aspect: Aspect) -> Passage | None:
        return self.find_passage(aspect.value)

    def url_for(self, passage: Passage) -> str | None:
        """Return the first address among the passage's sources, then among the article's."""
        of_passage = [s.url for s in self.sources if s.id in passage.source_ids and s.url]
        return of_passage[0] if of_passage else None


def read_articles(folder: Path) -> list[tuple[Article, str]]:
    """Return every article of the folder with its text, in file order.

    Raises KnowledgeInvalid with all problems of all files, so that an editor can mend them in one go.
    """
    articles: list[tuple[Article, str]] = []
    problems: list[FileInvalid] = []
    for path in sorted(folder.glob("*.md")):
        try:
            text = _read_text(path)
            articles.append((parse_article(text, path.name), text))
        except ArticleInvalid as problem:
            problems.append(problem)
    problems.extend(_find_contradictions([article for article, _ in articles]))
    if problems:
        raise KnowledgeInvalid(problems)
    return articles


def parse_article(text: str, file: str) -> Article:
    """Return the article written in `text`; `file` is the name used in errors. Raises ArticleInvalid."""
    head, body = _split(text, file)
    article_id = str(head["id"])
    if article_id != file.removesuffix(".md"):
        raise ArticleInvalid(file, "id", f"must be the file's name without .md, is {article_id!r}")
    if not _TOPIC.fullmatch(str(head["topic"])):
        raise ArticleInvalid(file, "topic", f"unknown topic {head['topic']!r}; C0-C10, I1-I12, S1-S39 or A2-A7")
    sources = tuple(_sources(head.get("sources"), file))
    passages = tuple(_passages(body, article_id, {source.id for source in sources}, file))
    if not any(passage.aspect is Aspect.OVERVIEW for passage in passages):
        raise ArticleInvalid(file, "## overview", "is missing: every article opens with it")
    validity = Validity(_date(head, "effective_from", file), _date(head, "effective_to", file))
    if validity.starts and validity.ends and validity.ends < validity.starts:
        raise ArticleInvalid(file, "effective_to", "lies before effective_from")
    checked_on, review_by = _date(head, "checked_on", file), _date(head, "review_by", file)
    assert checked_on and review_by, "_split checked that required fields are there"
    return Article(
        id=article_id,
        topic=str(head["topic"]),
        title=str(head["title"]),
        subjects=_strings(head, "subjects", file),
        audience=_one_of(_strings(head, "audience", file), AUDIENCES, "audience", file),
        issuing_body=str(head["issuing_body"]),
        document_no=str(head["document_no"]),
        validity=validity,
        supersedes=str(head["supersedes"]) if head.get("supersedes") else None,
        checked_on=checked_on,
        review_by=review_by,
        sources=sources,
        questions=_strings(head, "questions", file) if head.get("questions") else (),
        passages=passages,
    )


def _read_text(path: Path) -> str:
    raw = path.read_bytes()
    if len(raw) > MAX_FILE_BYTES:
        raise ArticleInvalid(path.name, "file", f"has {len(raw)} bytes, at most {MAX_FILE_BYTES} are read")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ArticleInvalid(path.name, "file", f"is not UTF-8 (byte {error.start}); save it as UTF-8") from None


def _split(text: str, file: str) -> tuple[dict[str, Any], str]:
    parts = re.split(r"^---\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise ArticleInvalid(file, "front matter", "the file must begin with YAML between two lines of ---")
    try:
        head = load_yaml(parts[1])
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a day that no calendar has
        raise ArticleInvalid(file, "front matter", f"is not YAML: {error}".replace("\n", " ")) from None
    if not isinstance(head, dict):
        raise ArticleInvalid(file, "front matter", "must be `key: value` lines")
    for field in _REQUIRED:
        if head.get(field) in (None, "", []):
            raise ArticleInvalid(file, field, "is missing")
    if unknown := set(head) - _KNOWN:
        raise ArticleInvalid(file, ", ".join(sorted(map(str, unknown))), "is no field of an article")
    return head, parts[2]


def _date(head: dict[str, Any], field: str, file: str) -> date | None:
    value = head.get(field)
    if value is None or value == "":
        return None
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ArticleInvalid(file, field, f"must be a date such as 2026-11-22, is {value!r}") from None


def _strings(head: dict[str, Any], field: str, file: str) -> tuple[str, ...]:
    value = head[field]
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ArticleInvalid(file, field, "must be a list of texts; quote entries that hold a colon")
    return tuple(item.strip() for item in value)


def _one_of(values: tuple[str, ...], allowed: set[str], field: str, file: str) -> tuple[str, ...]:
    if unknown := set(values) - allowed:
        raise ArticleInvalid(file, field, f"unknown {sorted(unknown)}; one of {sorted(allowed)}")
    return values


def _sources(value: Any, file: str) -> Iterator[SourceOfFact]:
    if not isinstance(value, list) or not value:
        raise ArticleInvalid(file, "sources", "is missing: every article names where its facts were read")
    for entry in value:
        if not isinstance(entry, dict) or not entry.get("id") or not entry.get("title"):
            raise ArticleInvalid(file, "sources", f"each needs id, title and trust: {entry!r}")
        if str(entry.get("trust")) not in TRUST_MARKS:
            raise ArticleInvalid(file, "sources", f"{entry['id']}: trust must be one of 法 检 忆 ?")
        url = str(entry["url"]) if entry.get("url") else None
        if url and not url.startswith(("https://", "http://")):
            raise ArticleInvalid(file, "sources", f"{entry['id']}: url must begin with https:// or http://")
        yield SourceOfFact(str(entry["id"]), str(entry["title"]), url, str(entry["trust"]))


def _passages(body: str, article_id: str, source_ids: set[str], file: str) -> Iterator[Passage]:
    seen: set[str] = set()
    for key, heading, lines in _blocks(body, file):
        if key in seen:
            raise ArticleInvalid(file, f"## {key}", "stands twice")
        seen.add(key)
        yield _passage(article_id, key, heading, lines, source_ids, file)


def _blocks(body: str, file: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (key, heading, lines) of each section and of each follow-up."""
    current: tuple[str, str, list[str]] | None = None
    in_follow_up, count = False, 0
    for line in body.splitlines():
        if section := _SECTION.match(line):
            if current:
                yield current
            key = section.group(1)
            in_follow_up = key == FOLLOW_UP
            if not in_follow_up and key not in LABELS:
                raise ArticleInvalid(file, f"## {key}", f"is no section; one of {', '.join(LABELS)}, {FOLLOW_UP}")
            current = None if in_follow_up else (key, section.group(2).strip() or LABELS[Aspect(key)], [])
        elif question := _FOLLOW_UP_HEADING.match(line):
            if not in_follow_up:
                raise ArticleInvalid(file, line, "single questions stand under ## follow_up")
            if current:
                yield current
            count += 1
            current = (f"{FOLLOW_UP}.{count}", question.group(1).strip(), [])
        elif current:
            current[2].append(line)
        elif line.strip():
            raise ArticleInvalid(file, "text", f"stands outside any section: {line[:40]!r}")
    if current:
        yield current


def _passage(article_id: str, key: str, heading: str, lines: list[str], known: set[str], file: str) -> Passage:
    phrasings: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    text: list[str] = []
    for line in lines:
        label, _, rest = line.replace("：", ":", 1).partition(":")
        if label.strip() == "问法":
            phrasings = tuple(part.strip() for part in re.split(r"[|｜]", rest) if part.strip())
        elif label.strip() == "来源":
            sources = tuple(part.strip() for part in re.split(r"[,，、]", rest) if part.strip())
        else:
            text.append(line.rstrip())
    if not "".join(text).strip():
        raise ArticleInvalid(file, f"## {key}", "has no text")
    if not sources:
        raise ArticleInvalid(file, f"## {key}", "names no source; end it with a line `来源: id`")
    if unknown := set(sources) - known:
        raise ArticleInvalid(file, f"## {key}", f"names sources that the front matter lacks: {sorted(unknown)}")
    aspect = Aspect(key) if key in LABELS else None
    return Passage(article_id, key, heading, aspect, phrasings, "\n".join(text).strip(), sources)


def _find_contradictions(articles: list[Article]) -> Iterator[ArticleInvalid]:
    ids = {article.id for article in articles}
    for article in articles:
        if article.supersedes and article.supersedes not in ids:
            yield ArticleInvalid(f"{article.id}.md", "supersedes", f"there is no article {article.supersedes!r}")
    for older in articles:
        for newer in (a for a in articles if a.supersedes == older.id):
            if older.validity.ends is None or newer.validity.holds_on(older.validity.ends):
                yield ArticleInvalid(f"{older.id}.md", "effective_to", f"must end before {newer.id}, which supersedes it, begins")
