// Prints the built JavaScript's size as a browser downloads it, and fails above the limit.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const limitBytes = 60_000
const dist = new URL('../dist/', import.meta.url).pathname

const scripts = readdirSync(dist, { recursive: true }).filter((name) => String(name).endsWith('.js'))
const sizes = scripts.map((name) => [name, gzipSync(readFileSync(join(dist, String(name)))).length])
const totalBytes = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)

for (const [name, bytes] of sizes) console.log(`${String(bytes).padStart(7)} B gzip  ${name}`)
console.log(`${String(totalBytes).padStart(7)} B gzip  in all (limit ${limitBytes})`)
if (totalBytes > limitBytes) {
  console.error('This page is too large for a simulator.')
  process.exit(1)
}
