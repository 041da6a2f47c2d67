import { expect, test } from 'vitest'
import type { Entry, ListName } from '../src/api/types'
import { EntryBook } from '../src/state/entries'
import { fileEntries, isCurrent, listNames } from '../src/state/filing'
import { makeEntry, makeHandover } from './fakes'

const ids = (list: ListName, entries: Entry[]): string[] => fileEntries(list, entries, 'zhangsan').map((entry) => entry.conversation_id)
const listsOf = (entry: Entry): ListName[] => listNames.filter((list) => ids(list, [entry]).length > 0)

test.each<[string, Partial<Entry>, ListName[]]>([
  ['waits', { owner: 'queue' }, ['queue', 'all']],
  ['is mine', { owner: 'agent:zhangsan' }, ['mine', 'all']],
  ['is a colleague’s', { owner: 'agent:lisi' }, ['all']],
  ['is the bot’s', { owner: 'bot', handover: null }, ['all']],
  ['was left a message', { owner: 'bot', handover: makeHandover({ status: 'unattended' }) }, ['unattended', 'all']],
  ['is over', { owner: 'bot', is_closed: true, handover: makeHandover({ status: 'ended' }) }, ['closed']],
])('one that %s is found where it belongs', (_, change, lists) => {
  expect(listsOf(makeEntry('a', change))).toEqual(lists)
})

test('the queue goes by urgency, then by who came first', () => {
  const late = makeEntry('late', { handover: makeHandover({ requested_at: '2026-11-23T02:05:00+00:00' }) })
  const early = makeEntry('early', { handover: makeHandover({ requested_at: '2026-11-23T02:00:00.5+00:00' }) })
  const urgent = makeEntry('urgent', { handover: makeHandover({ priority: 0, requested_at: '2026-11-23T02:09:00+00:00' }) })
  expect(ids('queue', [late, early, urgent])).toEqual(['urgent', 'early', 'late'])
})

test('of mine those stand first who wait for an answer, longest first', () => {
  const own = { owner: 'agent:zhangsan' }
  const entries = [
    makeEntry('answered', { ...own, last_at: '2026-11-23T03:00:00Z' }),
    makeEntry('waits', { ...own, unanswered_since: '2026-11-23T02:30:00Z' }),
    makeEntry('waits longer', { ...own, unanswered_since: '2026-11-23T02:10:00Z' }),
  ]
  expect(ids('mine', entries)).toEqual(['waits longer', 'waits', 'answered'])
})

test('an older entry does not replace a newer one', () => {
  const known = makeEntry('a', { owner_version: 3 })
  expect(isCurrent(makeEntry('a', { owner_version: 2 }), known)).toBe(false)
  expect(isCurrent(makeEntry('a', { owner_version: 3 }), known)).toBe(true)
  const said = makeEntry('a', { owner_version: 3, last_message: { sender: 'user', text: '', at: '', sequence: 9 } })
  expect(isCurrent(known, said)).toBe(false)
})

function openBook() {
  const scheduled: (() => void)[] = []
  const changes: string[][] = []
  const book = new EntryBook({
    username: () => 'zhangsan',
    schedule: (run) => scheduled.push(run),
    onChanged: (changed) => changes.push(changed.map(({ entry }) => entry.conversation_id)),
  })
  return { book, changes, drawFrame: () => scheduled.splice(0).forEach((run) => run()), scheduled }
}

test('whatever streams in between two frames of the screen is filed together', () => {
  const { book, changes, drawFrame, scheduled } = openBook()
  for (let index = 0; index < 500; index += 1) book.receive(makeEntry(`c${index % 200}`, { owner_version: index }))
  expect(scheduled).toHaveLength(1)
  expect(book.lists.queue.value).toHaveLength(0)
  drawFrame()
  expect(book.lists.queue.value).toHaveLength(200)
  expect(changes).toHaveLength(1)
  expect(book.find('c0')?.owner_version).toBe(400)
})

test('an entry that did not change is the same object, so that its row is not drawn again', () => {
  const { book, drawFrame } = openBook()
  book.merge([makeEntry('a'), makeEntry('b')])
  const before = book.lists.queue.value[0]
  book.receive(makeEntry('b', { owner_version: 2 }))
  drawFrame()
  expect(book.lists.queue.value[0]).toBe(before)
})

test('a list loaded while something changed does not undo the change', () => {
  const { book, drawFrame } = openBook()
  book.merge([makeEntry('a'), makeEntry('gone'), makeEntry('open')])
  book.beginSync()
  book.receive(makeEntry('a', { owner: 'agent:lisi', owner_version: 2 }))
  book.receive(makeEntry('new'))
  drawFrame()
  book.finishSync([makeEntry('a'), makeEntry('other')], new Set(['open']))
  expect(book.lists.queue.value.map((entry) => entry.conversation_id)).toEqual(['new', 'open', 'other'])
  expect(book.find('a')?.owner).toBe('agent:lisi')
})
