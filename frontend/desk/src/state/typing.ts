/** Whether somebody is writing, and telling the server that we are. */

/** A lost "stopped typing" must not leave the sign on the page for ever. */
const longestMs = 12_000

export class TypingSign {
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly changed: (isTyping: boolean) => void) {}

  set(isTyping: boolean): void {
    clearTimeout(this.timer)
    if (isTyping) this.timer = setTimeout(() => this.set(false), longestMs)
    this.changed(isTyping)
  }
}

const repeatMs = 4_000
const idleMs = 6_000

/** Sends "typing" at the first key, again every four seconds while keys come, and "stopped" after six without any. */
export class TypingReport {
  private sentAt = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly send: (isActive: boolean) => void) {}

  onKey(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.stop(), idleMs)
    if (Date.now() - this.sentAt < repeatMs) return
    this.sentAt = Date.now()
    this.send(true)
  }

  stop(): void {
    clearTimeout(this.timer)
    if (this.sentAt === 0) return
    this.sentAt = 0
    this.send(false)
  }
}
