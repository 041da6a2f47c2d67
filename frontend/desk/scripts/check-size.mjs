// Prints the built files' size as a browser downloads them, and fails above the limits.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const limitBytes = { '.js': 220_000, '.css': 45_000 }
const dist = new URL('../dist/', import.meta.url).pathname
let isTooLarge = false

for (const [ending, limit] of Object.entries(limitBytes)) {
  const names = readdirSync(dist, { recursive: true }).map(String).filter((name) => name.endsWith(ending))
  const sizes = names.map((name) => [name, gzipSync(readFileSync(join(dist, name))).length])
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
  for (const [name, bytes] of sizes) console.log(`${String(bytes).padStart(7)} B gzip  ${name}`)
  console.log(`${String(total).padStart(7)} B gzip  ${ending} in all (limit ${limit})`)
  isTooLarge ||= total > limit
}
if (isTooLarge) {
  console.error('The desk has grown: is a component imported that nobody uses?')
  process.exit(1)
}
