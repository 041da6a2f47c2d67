/** Tells an agent that the user is writing, never what. */

const repeatMs = 3_000
const restMs = 5_000

export class WritingSign {
  private isTold = false
  private toldAt = -Infinity
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly isRead: () => boolean,
    private readonly tell: (isWriting: boolean) => void,
  ) {}

  onWritten(text: string): void {
    clearTimeout(this.timer)
    if (text.trim() === '') return this.stop()
    if (!this.isRead()) return
    this.timer = setTimeout(() => this.stop(), restMs)
    if (Date.now() - this.toldAt < repeatMs) return
    this.isTold = true
    this.toldAt = Date.now()
    this.tell(true)
  }

  /** Sent, emptied, at rest, or nobody is there any more to whom it matters. */
  stop(): void {
    clearTimeout(this.timer)
    if (this.isTold && this.isRead()) this.tell(false)
    this.isTold = false
  }
}
