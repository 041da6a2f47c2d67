const firstMs = 500
const longestMs = 10_000

/** Returns the wait before attempt number `attempt` (1 = first repetition): doubles up to 10 s. */
export function backoffMs(attempt: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, attempt - 1))
}
