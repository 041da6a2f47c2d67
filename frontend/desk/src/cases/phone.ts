/** Returns 138****0000: enough to recognise a number, too little to call it. */
export function maskPhone(phone: string): string {
  const shown = phone.length >= 11 ? 3 : 2
  const kept = phone.length >= 8 ? 4 : 1
  return phone.slice(0, shown) + '*'.repeat(Math.max(3, phone.length - shown - kept)) + phone.slice(-kept)
}
