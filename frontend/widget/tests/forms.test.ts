import { expect, test } from 'vitest'
import type { Message } from '../src/chat/message'
import { complainAboutPhone, composeContact, holdsPhone, readPhone } from '../src/page/contact'
import { findLastQuestion } from '../src/page/lastQuestion'
import { composeRating, findRatePayload, readRating } from '../src/page/rating'

test.each([
  ['13800000000', '13800000000'],
  [' 138 0000 0000 ', '13800000000'],
  ['138-0000-0000', '13800000000'],
  ['+86 138 0000 0000', '13800000000'],
  ['１３８００００００００', '13800000000'],
  ['0571-88888888', '0571-88888888'],
  ['057188888888', '0571-88888888'],
  ['（0571）8888 8888', '0571-88888888'],
  ['0571-8888-8888', '0571-88888888'],
  ['010-12345678', '010-12345678'],
  ['0578-2222222转123', '0578-2222222-123'],
])('%s is a number', (written, posted) => {
  expect(readPhone(written)).toBe(posted)
  expect(complainAboutPhone(written)).toBe('')
  expect(holdsPhone(`电话：${posted}`)).toBe(true)
})

test.each([
  ['', '请填写电话'],
  ['1380000000', '现在是 10 位'],
  ['138000000001', '现在是 12 位'],
  ['88888888', '加上区号'],
  ['0571-88888', '核对区号'],
  ['12345678901', '11 位手机号'],
  ['不想留', '11 位手机号'],
  ['13800000000 或 13900000000', '现在是 22 位'],
])('%j is no number, and it is said why', (written, why) => {
  expect(readPhone(written)).toBeNull()
  expect(complainAboutPhone(written)).toContain(why)
})

test('what is left becomes an ordinary message, blank lines left out', () => {
  const contact = { name: ' 王女士 ', phone: '138 0000 0000', matter: '商标被侵权\n怎么办 ' }
  expect(composeContact(contact)).toBe('称呼：王女士\n电话：13800000000\n事项：商标被侵权\n怎么办')
  expect(composeContact({ name: ' ', phone: '0571-88888888', matter: '' })).toBe('电话：0571-88888888')
})

test('the matter is the last thing the user wanted to know', () => {
  const say = (sender: Message['sender'], text: string): Message => ({ id: text, sequence: 1, sender, text, at: '' })
  const asked = [say('user', '商标怎么注册'), say('bot', '这样注册'), say('user', '人工智能企业有补贴吗')]
  const after = ['转人工', '我要找人工客服！', '不等了，先问小助', '电话：13800000000', '5分，很快'].map((text) => say('user', text))
  expect(findLastQuestion([...asked, ...after])).toBe('人工智能企业有补贴吗')
  expect(findLastQuestion(after)).toBe('')
  expect(findLastQuestion([say('user', '长'.repeat(2000))])).toHaveLength(200)
})

test('a rating is posted as a sentence that can be read back', () => {
  expect(composeRating({ score: 5, comment: '' })).toBe('5分')
  expect(composeRating({ score: 5, comment: ' 办得\n很快 ' })).toBe('5分，办得 很快')
  expect(readRating(composeRating({ score: 2, comment: '等太久' }))).toEqual({ score: 2, comment: '等太久' })
  expect(composeRating({ score: 1, comment: '慢'.repeat(300) })).toHaveLength(203)
})

test.each([
  ['5', 5],
  ['４分', 4],
  ['给五星', null],
  ['我给五星', 5],
  ['三分，一般', 3],
  ['评价：1分 很不满意', 1],
  ['5分钟能办好吗', null],
  ['一分钱也没退', null],
  ['三分公司怎么注册', null],
  ['6分', null],
  ['商标', null],
])('%s is read as a rating of %s', (text, score) => {
  expect(readRating(text)?.score ?? null).toBe(score)
})

test('a rating carries the payload of its own button', () => {
  const buttons = [
    { title: '4分 满意', payload: '/rate{"score": "4"}' },
    { title: '5分 非常满意', payload: '/rate{"score":5}' },
  ]
  expect(findRatePayload(buttons, 4)).toBe('/rate{"score": "4"}')
  expect(findRatePayload(buttons, 5)).toBe('/rate{"score":5}')
  expect(findRatePayload(buttons, 3)).toBe('/rate{"score": "3"}')
})
