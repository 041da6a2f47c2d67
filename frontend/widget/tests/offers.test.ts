import { expect, test } from 'vitest'
import type { Message, MessageButton } from '../src/chat/message'
import type { UnsentMessage } from '../src/chat/outbox'
import { arrangeOffers, arrangeSurvey, isStopping, type Talk } from '../src/page/offers'

const stop = { title: '不等了，先问小助', payload: '/stop_waiting' }
const contact = { title: '留下联系方式', payload: '/leave_contact' }
const passage = { title: '办理材料', payload: '/show_passage{"row": "1"}' }
const rates = [1, 2, 3, 4, 5].map((score) => ({ title: `${score}分`, payload: `/rate{"score": "${score}"}` }))
const minute = 60_000
const begin = Date.UTC(2026, 10, 22, 6, 0)

function talk(messages: Message[], parts: Partial<Talk> = {}): Talk {
  return { messages, unsent: [], owner: 'bot', now: new Date(begin + 60 * minute), ...parts }
}

function notice(...buttons: MessageButton[]): Message {
  return { ...said('system', '提示'), buttons }
}

function said(sender: Message['sender'], text: string): Message {
  return { id: text, sequence: 1, sender, text, at: new Date(begin).toISOString() }
}

function coming(text: string, payload?: string): UnsentMessage {
  return { clientMessageId: text, text, order: 1, state: 'sending', ...(payload && { payload }) }
}

const actives = (given: Talk, index: number): boolean[] => arrangeOffers(given, index).map((offer) => offer.isActive)

test('waiting can be stopped only while waiting, by the newest notice', () => {
  const messages = [notice(stop), said('user', '还在吗'), notice(stop, contact)]
  expect(actives(talk(messages, { owner: 'queue' }), 2)).toEqual([true, true])
  expect(actives(talk(messages, { owner: 'queue' }), 0)).toEqual([false])
  expect(actives(talk(messages, { owner: 'agent:zhang' }), 2)).toEqual([false, true])
  expect(actives(talk(messages), 2)).toEqual([false, true])
})

test('something said while waiting leaves the notice as it is', () => {
  const messages = [notice(stop, passage), said('user', '我的问题是')]
  expect(actives(talk(messages, { owner: 'queue' }), 0)).toEqual([true, false])
})

test('waiting is stopped once, and again if the word was refused', () => {
  const item = coming(stop.title, stop.payload)
  expect(actives(talk([notice(stop)], { owner: 'queue', unsent: [item] }), 0)).toEqual([false])
  expect(isStopping([item])).toBe(true)
  expect(isStopping([{ ...item, state: 'refused' }])).toBe(false)
})

test('a way to be reached is left once', () => {
  expect(actives(talk([notice(contact), said('user', '好的')]), 0)).toEqual([true])
  expect(actives(talk([notice(contact), said('user', '电话：13800000000\n事项：商标')]), 0)).toEqual([false])
  expect(actives(talk([notice(contact), said('user', '打0571-88888888找我')]), 0)).toEqual([false])
  expect(actives(talk([notice(contact)], { unsent: [coming('13800000000')] }), 0)).toEqual([false])
  expect(actives(talk([said('user', '13800000000'), notice(contact)]), 1)).toEqual([true])
})

test('an earlier offer to leave a number ends with a newer one and with the survey', () => {
  const messages = [notice(contact), notice(contact), notice(...rates)]
  expect(actives(talk(messages.slice(0, 2)), 0)).toEqual([false])
  expect(actives(talk(messages.slice(0, 2)), 1)).toEqual([true])
  expect(actives(talk(messages), 1)).toEqual([false])
})

test('a survey is drawn apart from the buttons beside it', () => {
  const given = talk([notice(...rates, passage)])
  expect(arrangeOffers(given, 0).map((offer) => offer.title)).toEqual(['办理材料'])
  expect(arrangeSurvey(given, 0)).toEqual({ buttons: rates, rating: null })
  expect(arrangeSurvey(talk([notice(passage)]), 0)).toBeNull()
})

test('a survey stays open after other words and then shows what was rated', () => {
  const messages = [notice(...rates), said('user', '商标怎么注册'), said('bot', '好')]
  expect(arrangeSurvey(talk(messages), 0)?.rating).toBeNull()
  expect(arrangeSurvey(talk([...messages, said('user', '4分，办得很快')]), 0)?.rating).toEqual({ score: 4, comment: '办得很快' })
})

test('a rating on its way counts, a refused one does not', () => {
  const item = coming('5分', '/rate{"score": "5"}')
  expect(arrangeSurvey(talk([notice(...rates)], { unsent: [item] }), 0)?.rating?.score).toBe(5)
  expect(arrangeSurvey(talk([notice(...rates)], { unsent: [{ ...item, state: 'refused' }] }), 0)?.rating).toBeNull()
})

test('each survey keeps its own rating, and one that nobody answered is gone', () => {
  const messages = [notice(...rates), said('user', '2分'), notice(...rates), notice(...rates), said('user', '5分')]
  const ratings = [0, 2, 3].map((index) => arrangeSurvey(talk(messages), index)?.rating?.score)
  expect(ratings).toEqual([2, undefined, 5])
  expect(arrangeSurvey(talk(messages), 2)).toBeNull()
})

test('after a day a survey is closed, and a rating given in time still shown', () => {
  const late = { now: new Date(begin + 25 * 60 * minute) }
  expect(arrangeSurvey(talk([notice(...rates)], late), 0)).toBeNull()
  expect(arrangeSurvey(talk([notice(...rates), said('user', '3分')], late), 0)?.rating?.score).toBe(3)
})
