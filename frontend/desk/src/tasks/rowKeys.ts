/** Going through the rows of a table with the keyboard. Pure. */

/** Returns the row that a key leads to, from 0; null when the key is none of ours. `pageSize`: rows in sight. */
export function findRow(key: string, current: number, count: number, pageSize: number): number | null {
  if (count === 0) return null
  const moves: Record<string, number> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    j: current + 1,
    k: current - 1,
    PageDown: current + pageSize,
    PageUp: current - pageSize,
    Home: 0,
    End: count - 1,
  }
  const next = moves[key]
  return next === undefined ? null : Math.min(Math.max(next, 0), count - 1)
}
