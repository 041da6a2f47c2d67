const firstMs = 800
const longestMs = 10_000

/**
 * Returns how long to wait before attempt number `attempt` (1 = first repetition).
 *
 * Doubles up to 10 s. Half of it is random, so that after an outage not every desk comes back in the same second.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceilingMs = Math.min(longestMs, firstMs * 2 ** Math.max(0, attempt - 1))
  return Math.round(ceilingMs / 2 + (ceilingMs / 2) * random())
}
