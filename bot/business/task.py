"""Reform tasks of the city's 2023 report: what a row says, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

ENVIRONMENTS = {
    "综合": "综合",
    "政务": "政务环境",
    "法治": "法治环境",
    "市场": "市场环境",
    "经济生态": "经济生态环境",
    "人文": "人文环境",
}
NO_RESULTS = "这是2023年报告写的目标，资料里没有完成情况的数据。"
_COMPARISONS = {">=": "不低于", "<=": "不超过", "=": "为", ">=*": "达到"}


@dataclass(frozen=True)
class Task:
    """A row of the task database. Empty texts mean: the report does not say."""

    id: str
    environment: str
    name: str
    measure: str
    metric: str
    target_value: str
    unit: str
    comparison: str
    """One of >= <= = and `>=*`: the report gives the bare number, read as at least."""
    rank_goal: str
    deadline: str
    status: str
    lead_unit: str
    paragraph: str
    evidence: str

    @property
    def has_target(self) -> bool:
        return bool(self.target_value)


def describe_target(task: Task) -> str:
    """Return the target in words, such as 简案快办时长：不超过3工作日; empty when the row has none."""
    if not task.has_target:
        return ""
    if task.rank_goal:
        return f"{task.metric}：{task.rank_goal}"
    return f"{task.metric}：{_COMPARISONS[task.comparison]}{task.target_value}{task.unit}"


def describe_task(task: Task) -> str:
    """Return what the row says in two to four sentences; never a completion figure."""
    sentences = [f"{task.name}（任务{task.id}，{ENVIRONMENTS[task.environment]}）：{what_to_do(task)}"]
    if target := describe_target(task):
        deadline = {"": "", "未写": "，报告没有写明期限"}.get(task.deadline, f"，期限：{task.deadline}")
        sentences.append(f"目标是{target}{deadline}。")
    if task.lead_unit:
        sentences.append(f"牵头单位：{task.lead_unit}。")
    sentences.append(without_results(task))
    return "".join(sentences)


def what_to_do(task: Task) -> str:
    """Return the measure as a sentence."""
    return _ended(task.measure)


def without_results(task: Task) -> str:
    """Return what is said in the place of a result, of which the report has none."""
    return NO_RESULTS if task.has_target else f"2023年报告写作时的说法：{_STATUS[task.status]}。"


_STATUS = {"已完成": "已经制定或设立", "推进中": "正在推进", "计划": "属于下一步计划，资料里没有完成情况"}


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(("。", "；")) else sentence + "。"
