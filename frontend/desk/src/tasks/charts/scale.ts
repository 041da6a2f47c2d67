/** An axis of round numbers. Pure. */

/** Returns an axis of four to eight round steps that holds all values, and zero where it is near. */
export function scaleOf(values: readonly number[]): { min: number; max: number; interval: number } {
  const least = Math.min(...values)
  const most = Math.max(...values)
  const from = least > 0 && least < most * 0.6 ? 0 : least
  const rough = (most - from || Math.abs(most) || 1) / 5
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const interval = tidy([1, 2, 5, 10].find((step) => step * magnitude >= rough)! * magnitude)
  const min = tidy(Math.floor(from / interval) * interval)
  const max = tidy(Math.ceil(most / interval) * interval)
  return min === max ? { min: tidy(min - interval), max: tidy(max + interval), interval } : { min, max, interval }
}

/** 0.30000000000000004 → 0.3 */
function tidy(value: number): number {
  return Number(value.toPrecision(9))
}
