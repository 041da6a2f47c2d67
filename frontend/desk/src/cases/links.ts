/** What a case has to do with, in words, and how more of it is found. */

import type { CaseLink, CaseLinkKind } from '../api/caseTypes'
import type { DeskApi } from '../api/client'

export const linkTitles: Record<CaseLinkKind, string> = {
  conversation: '对话',
  task: '任务',
  article: '文章',
  case: '诉求',
  attachment: '附件',
  work_item: '需求',
  handover: '转人工',
}

export type FindableKind = 'case' | 'task' | 'article'

export interface Findable {
  target: string
  title: string
  /** What tells it from others of the same title. */
  hint: string
}

export function titleOfLink(link: CaseLink): string {
  if (link.title) return link.title
  return link.kind === 'conversation' ? '打开对话' : link.target
}

/** An article is found by its passages; it is offered once. */
export async function findLinkable(api: DeskApi, kind: FindableKind, words: string, ownId: string): Promise<Findable[]> {
  if (kind === 'task') {
    const tasks = await api.findTaskNames(words)
    return tasks.map(({ id, name, environment_title }) => ({ target: id, title: name, hint: `${id} · ${environment_title}` }))
  }
  if (kind === 'case') {
    const { cases } = await api.listCases({ box: 'all', q: words, limit: 20 })
    return cases
      .filter(({ id }) => id !== ownId)
      .map(({ id, title, number, enterprise }) => ({ target: id, title: `${number} ${title}`, hint: enterprise?.name ?? '' }))
  }
  const passages = await api.searchArticles(words)
  const articles = new Map(passages.map(({ article_id, title, document_no }) => [article_id, { title, document_no }]))
  return [...articles].map(([target, { title, document_no }]) => ({ target, title, hint: document_no ?? target }))
}
