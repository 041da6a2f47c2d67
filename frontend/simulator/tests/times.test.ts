import { expect, test } from 'vitest'
import { arrangeRows, describeRemaining, describeTime } from '../src/client/times'
import { bubbleOf } from './fakes'

const now = new Date(2026, 10, 22, 15, 30)
const at = (...parts: [number, number, number, number, number]): string => new Date(...parts).toISOString()

test('times read as in WeChat', () => {
  expect(describeTime(at(2026, 10, 22, 9, 5), now)).toBe('09:05')
  expect(describeTime(at(2026, 10, 21, 23, 59), now)).toBe('昨天 23:59')
  expect(describeTime(at(2026, 10, 18, 9, 5), now)).toBe('星期三 09:05')
  expect(describeTime(at(2026, 10, 16, 9, 5), now)).toBe('星期一 09:05')
  expect(describeTime(at(2026, 10, 15, 9, 5), now)).toBe('11月15日 09:05')
  expect(describeTime(at(2025, 10, 22, 9, 5), now)).toBe('2025年11月22日 09:05')
  expect(describeTime('never', now)).toBe('')
})

test('a time stands before the first message and before each after a pause', () => {
  const minutes = [0, 4, 9, 15, 16]
  const bubbles = minutes.map((minute, index) => bubbleOf(index + 1, { at: at(2026, 10, 22, 15, minute) }))

  const rows = arrangeRows(bubbles, now).map((row) => (row.kind === 'time' ? row.text : row.bubble.id))

  expect(rows).toEqual(['15:00', 1, 2, 3, '15:15', 4, 5])
})

test('what remains of a window counts down to nothing', () => {
  const until = (seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString()

  expect(describeRemaining(until(48 * 3600), now)).toBe('48:00:00')
  expect(describeRemaining(until(41.2), now)).toBe('00:42')
  expect(describeRemaining(until(0), now)).toBeNull()
  expect(describeRemaining(null, now)).toBeNull()
})
