/** The unified social credit code (统一社会信用代码) with its check digit. Pure. Source: GB 32100-2015. */

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const length = 18

/** Returns it as it is stored: capitals, without the blanks and dashes people put between. */
export function normaliseCreditCode(text: string): string {
  return text.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase()
}

/** Returns what is wrong in words for people; '' if nothing, or if nothing was written. */
export function checkCreditCode(text: string): string {
  const code = normaliseCreditCode(text)
  if (code === '') return ''
  const stranger = [...code].find((sign) => !alphabet.includes(sign))
  if (stranger) return `统一社会信用代码里不会有“${stranger}”，请再核对`
  if (code.length !== length) return `统一社会信用代码是${length}位，现在是${code.length}位`
  return code.at(-1) === checkDigitOf(code) ? '' : '统一社会信用代码的校验位不对，请再核对有没有抄错'
}

function checkDigitOf(code: string): string {
  let sum = 0
  let weight = 1
  for (const sign of code.slice(0, length - 1)) {
    sum += alphabet.indexOf(sign) * weight
    weight = (weight * 3) % alphabet.length
  }
  return alphabet[(alphabet.length - (sum % alphabet.length)) % alphabet.length]!
}
