/** Returns what could not be sent above what is being written; blank parts leave no trace. */
export function composeDraft(...texts: string[]): string {
  return texts.filter((text) => text.trim() !== '').join('\n')
}
