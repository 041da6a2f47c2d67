import { expect, test } from 'vitest'
import { parseText, toWebAddress } from '../src/client/safeText'
import { linkOf, placeOf, secondsOf } from '../src/phone/attachments'
import { bubbleOf } from './fakes'

const words = (text: string): object => ({ kind: 'words', text })
const link = (text: string, url: string): object => ({ kind: 'link', text, url })

test('a link of the account becomes a link between the words around it', () => {
  const nodes = parseText('详见<a href="https://example.cn/a?x=1&amp;y=2">全文</a>，\n谢谢')

  expect(nodes).toEqual([words('详见'), link('全文', 'https://example.cn/a?x=1&y=2'), words('，\n谢谢')])
})

test('quotes may be single or missing, and other attributes do not matter', () => {
  expect(parseText("<a href='http://a.cn/'>甲</a>")).toEqual([link('甲', 'http://a.cn/')])
  expect(parseText('<A target="_blank" HREF=http://a.cn/b>乙</A>')).toEqual([link('乙', 'http://a.cn/b')])
  expect(parseText('<a data-miniprogram-appid="wx1" href="http://a.cn/">丙</a>')).toEqual([link('丙', 'http://a.cn/')])
})

test.each([
  '<a href="javascript:alert(1)">点我</a>',
  '<a href=" java\nscript:alert(1)">点我</a>',
  '<a href="data:text/html,x">点我</a>',
  '<a href="/relative">点我</a>',
  '<a data-href="x" onclick="x()">点我</a>',
  '<b>粗</b><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<a href="',
  '1 < 2 且 3 > 2',
])('anything but a link to the web stays words as written: %s', (text) => {
  expect(parseText(text)).toEqual([words(text)])
})

test('markup inside a link is not a link, so nothing of it is lost or run', () => {
  const text = '<a href="https://a.cn/"><img src=x onerror=alert(1)></a>'

  const nodes = parseText(text)

  expect(nodes.map((node) => node.text).join('')).toBe(text)
  expect(nodes.filter((node) => node.kind === 'link').map((node) => node.text)).toEqual(['https://a.cn/'])
})

test('a bare address is a link and ends before Chinese and closing marks', () => {
  const nodes = parseText('登录https://www.zjzwfw.gov.cn/a，或 http://a.cn/b.')

  expect(nodes).toEqual([
    words('登录'),
    link('https://www.zjzwfw.gov.cn/a', 'https://www.zjzwfw.gov.cn/a'),
    words('，或 '),
    link('http://a.cn/b', 'http://a.cn/b'),
    words('.'),
  ])
})

test('a long run of opening tags is read in no time', () => {
  const text = '<a href="'.repeat(20_000)
  const begun = performance.now()

  parseText(text)

  expect(performance.now() - begun).toBeLessThan(1_000)
})

test('only http and https are addresses of the web', () => {
  expect(toWebAddress(' https://a.cn ')).toBe('https://a.cn/')
  expect(toWebAddress('weixin://dl')).toBeNull()
  expect(toWebAddress('')).toBeNull()
})

test('cards read what the simulator writes into a bubble', () => {
  const place = placeOf(bubbleOf(1, { kind: 'location', text: '市民中心', tail: '30.246800,120.210800' }))
  const card = linkOf(bubbleOf(2, { kind: 'link', text: '标题\n\nhttps://a.cn/b' }))
  const bad = linkOf(bubbleOf(3, { kind: 'link', text: '标题\n摘要\njavascript:alert(1)' }))

  expect(place).toEqual({ label: '市民中心', coordinates: '30.246800, 120.210800' })
  expect(card).toEqual({ title: '标题', description: '', url: 'https://a.cn/b' })
  expect(bad.url).toBeNull()
  expect(secondsOf(bubbleOf(4, { kind: 'voice', text: '12' }))).toBe(12)
  expect(secondsOf(bubbleOf(5, { kind: 'voice', text: '' }))).toBe(0)
})
