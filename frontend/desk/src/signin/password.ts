/** What we ask of a password before it goes to the server, which has the last word. */

const shortest = 10

/** Returns what is wrong in words for people; '' if nothing. */
export function checkNewPassword(old: string, next: string, again: string): string {
  if (Array.from(next).length < shortest) return `新密码至少 ${shortest} 个字符`
  if (next === old) return '新密码不能与原密码相同'
  return next === again ? '' : '两次输入的新密码不一样'
}
