/** Whether somebody is writing an answer: the server says so, or a message of ours is on its way to the bot. */

/** A lost "stopped typing" must not leave the dots on the page for ever. */
const longestMs = 20_000

export class TypingSign {
  private isAnnounced = false
  private isWaiting = false
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly changed: (isTyping: boolean) => void) {}

  setAnnounced(isAnnounced: boolean): void {
    clearTimeout(this.timer)
    this.isAnnounced = isAnnounced
    if (isAnnounced) this.timer = setTimeout(() => this.setAnnounced(false), longestMs)
    this.report()
  }

  setWaiting(isWaiting: boolean): void {
    this.isWaiting = isWaiting
    this.report()
  }

  clear(): void {
    this.isWaiting = false
    this.setAnnounced(false)
  }

  private report(): void {
    this.changed(this.isAnnounced || this.isWaiting)
  }
}
