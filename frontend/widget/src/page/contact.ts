/** A way to reach the user later: what they fill in, whether it can be right, and the message it becomes. */

export interface Contact {
  name: string
  phone: string
  matter: string
}

export const longestName = 20
export const longestMatter = 500

const mobile = /^1[3-9]\d{9}$/
const landline = /^(010|02\d|0[3-9]\d{2})-?(\d{7,8}|\d{3,4}-\d{4})(?:[-转](\d{1,5}))?$/
const anyPhone = /(?:^|\D)(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8})(?!\d)/

/** Returns the number as it is posted, 13800000000 or 0571-88888888-123; null if it can be none. */
export function readPhone(written: string): string | null {
  const plain = toPlain(written)
  const digits = plain.replace(/-/g, '')
  if (mobile.test(digits)) return digits
  const found = landline.exec(plain)
  return found && [found[1], found[2]!.replace('-', ''), found[3]].filter(Boolean).join('-')
}

/** Half-width, without spaces, brackets and the country's code. */
function toPlain(written: string): string {
  const narrow = written.normalize('NFKC').replace(/[‐-―−]/g, '-').replace(/[\s()]/g, '')
  return narrow.replace(/^(\+|00)?86-?(?=[01])/, '')
}

/** Returns what is wrong with a number, in words for the one who wrote it; '' if nothing is. */
export function complainAboutPhone(written: string): string {
  if (written.trim() === '') return '请填写电话，方便我们回复您。'
  if (readPhone(written) !== null) return ''
  const digits = toPlain(written).replace(/\D/g, '')
  if (/^1[3-9]/.test(digits)) return `手机号应为 11 位数字，现在是 ${digits.length} 位，请核对。`
  if (/^[2-9]\d{6,7}$/.test(digits)) return '座机请加上区号，例如 0571-88888888。'
  if (digits.startsWith('0')) return '座机号码好像不对，请核对区号和号码，例如 0571-88888888。'
  return '请填写 11 位手机号，或带区号的座机号码。'
}

/** Returns the message. What was left blank has no line. */
export function composeContact({ name, phone, matter }: Contact): string {
  const lines = [
    ['称呼', name.trim()],
    ['电话', readPhone(phone) ?? phone.trim()],
    ['事项', matter.trim()],
  ]
  return lines
    .filter(([, value]) => value !== '')
    .map(([title, value]) => `${title}：${value}`)
    .join('\n')
}

export function holdsPhone(text: string): boolean {
  return anyPhone.test(text)
}
