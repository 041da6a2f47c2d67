// Prints the built files' size as a browser downloads them, and fails above the limits.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const names = readdirSync(dist, { recursive: true }).map(String)
const opening = readFileSync(join(dist, 'index.html'), 'utf8')
const isCharts = (name) => /chartEngine-.*\.js$/.test(name)
const limits = [
  { title: '.js that opens the desk', isOne: (name) => name.endsWith('.js') && opening.includes(name), bytes: 170_000 },
  // Every page is a chunk of its own, loaded when it is first looked at.
  { title: '.js without the charts', isOne: (name) => name.endsWith('.js') && !isCharts(name), bytes: 260_000 },
  // ECharts: loaded with the first chart that somebody looks at.
  { title: '.js of the charts', isOne: isCharts, bytes: 200_000 },
  { title: '.css', isOne: (name) => name.endsWith('.css'), bytes: 45_000 },
]
const sizes = new Map(names.filter((name) => /\.(js|css)$/.test(name)).map((name) => [name, gzipSync(readFileSync(join(dist, name))).length]))
let isTooLarge = false

for (const [name, bytes] of sizes) console.log(`${String(bytes).padStart(7)} B gzip  ${name}`)
for (const { title, isOne, bytes: limit } of limits) {
  const total = [...sizes].filter(([name]) => isOne(name)).reduce((sum, [, bytes]) => sum + bytes, 0)
  console.log(`${String(total).padStart(7)} B gzip  ${title} in all (limit ${limit})`)
  isTooLarge ||= total > limit
}
if (isTooLarge) {
  console.error('The desk has grown: is a component imported that nobody uses?')
  process.exit(1)
}
