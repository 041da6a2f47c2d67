/** The rules of a conversation's tags. Pure. */

export const tagLimit = 10
const lengthLimit = 16

export interface TagChange {
  tags: string[]
  /** Why nothing was added; '' when it was. */
  refusal: string
}

/** Returns the tags with one more, or says why not. A tag that is there already changes nothing. */
export function addTag(tags: readonly string[], written: string): TagChange {
  const tag = written.trim().replace(/\s+/g, ' ')
  if (tag === '' || tags.includes(tag)) return { tags: [...tags], refusal: '' }
  if (Array.from(tag).length > lengthLimit) return { tags: [...tags], refusal: `标签最多${lengthLimit}个字` }
  if (tags.length >= tagLimit) return { tags: [...tags], refusal: `最多${tagLimit}个标签` }
  return { tags: [...tags, tag], refusal: '' }
}

export function removeTag(tags: readonly string[], tag: string): string[] {
  return tags.filter((other) => other !== tag)
}

/** Returns the suggestions that are not used yet. */
export function listSuggestions(suggested: readonly string[], tags: readonly string[]): string[] {
  return suggested.filter((tag) => !tags.includes(tag))
}
