import { expect, test } from 'vitest'
import { Transcript } from '../src/state/transcript'
import { makeMessage } from './fakes'

const sequences = (transcript: Transcript): number[] => transcript.messages.map((message) => message.sequence)

test('messages stand in the server’s order, each once, however they came', () => {
  const transcript = new Transcript()
  transcript.mergeOrdered([makeMessage(3), makeMessage(4)])
  transcript.merge([makeMessage(6)])
  transcript.merge([makeMessage(1), makeMessage(2), makeMessage(3)])
  transcript.mergeOrdered([makeMessage(5), makeMessage(6)])
  expect(sequences(transcript)).toEqual([1, 2, 3, 4, 5, 6])
})

test('only what came in order moves the place from which the stream goes on', () => {
  const transcript = new Transcript()
  transcript.mergeOrdered([makeMessage(1), makeMessage(2)])
  transcript.merge([makeMessage(5)])
  expect(transcript.cursor).toBe(2)
})

test('what comes again brings what is new about it', () => {
  const transcript = new Transcript()
  const delivery = { status: 'delivered' as const, error: null, code: null }
  transcript.merge([makeMessage(1)])
  expect(transcript.merge([makeMessage(1, { delivery })])).toEqual([])
  expect(transcript.messages[0]?.delivery).toEqual(delivery)
})

test('an answer older than what the stream told does not undo it', () => {
  const transcript = new Transcript()
  transcript.setDelivery('m1', { status: 'delivered', error: null, code: null })
  transcript.merge([makeMessage(1, { delivery: { status: 'sending', error: null, code: null } })])
  expect(transcript.messages[0]?.delivery?.status).toBe('delivered')
  transcript.merge([makeMessage(1, { delivery: { status: 'failed', error: null, code: 45015 } })])
  expect(transcript.messages[0]?.delivery?.status).toBe('failed')
})

test('how a message was delivered changes that message alone', () => {
  const transcript = new Transcript()
  transcript.merge([makeMessage(1), makeMessage(2)])
  const [first] = transcript.messages
  transcript.setDelivery('m2', { status: 'failed', error: null, code: 45015 })
  expect(transcript.messages[0]).toBe(first)
  expect(transcript.messages[1]?.delivery?.code).toBe(45015)
})
