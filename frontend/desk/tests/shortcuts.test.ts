import { expect, test } from 'vitest'
import { findAction, shortcuts, type Key } from '../src/keys/shortcuts'

function key(code: string, change: Partial<Key> = {}): Key {
  return { code, key: '', altKey: true, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false, repeat: false, ...change }
}

test('each shortcut of the help does what the help says', () => {
  for (const { code, action } of shortcuts) expect(findAction(key(code), true)).toBe(action)
})

test('no two shortcuts share a key or an action', () => {
  expect(new Set(shortcuts.map(({ code }) => code)).size).toBe(shortcuts.length)
  expect(new Set(shortcuts.map(({ action }) => action)).size).toBe(shortcuts.length)
})

test('letters without Alt are text, and AltGr types characters', () => {
  expect(findAction(key('KeyA', { altKey: false }), false)).toBeNull()
  expect(findAction(key('KeyE', { ctrlKey: true }), true)).toBeNull()
  expect(findAction(key('KeyE', { shiftKey: true }), true)).toBeNull()
})

test('a question mark opens the help, but not while one writes', () => {
  expect(findAction(key('Slash', { altKey: false, shiftKey: true, key: '?' }), false)).toBe('help')
  expect(findAction(key('Slash', { altKey: false, shiftKey: true, key: '？' }), false)).toBe('help')
  expect(findAction(key('Slash', { altKey: false, shiftKey: true, key: '?' }), true)).toBeNull()
})

test('keys of an input method are its own', () => {
  expect(findAction(key('KeyA', { isComposing: true }), true)).toBeNull()
})

test('a key held down walks through the list but takes no second chat', () => {
  expect(findAction(key('ArrowDown', { repeat: true }), false)).toBe('next')
  expect(findAction(key('KeyA', { repeat: true }), false)).toBeNull()
})
