/** Whether somebody is writing an answer: the server says so, or a message of ours is on its way to the bot. */

import type { Typist } from './message'

/** A lost "stopped typing" must not leave the dots on the page for ever. */
const longestMs = 20_000

export class TypingSign {
  private announced: Typist | null = null
  private isWaiting = false
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly changed: (typist: Typist | null) => void) {}

  setAnnounced(typist: Typist | null): void {
    clearTimeout(this.timer)
    this.announced = typist
    if (typist) this.timer = setTimeout(() => this.setAnnounced(null), longestMs)
    this.report()
  }

  setWaiting(isWaiting: boolean): void {
    this.isWaiting = isWaiting
    this.report()
  }

  clear(): void {
    this.isWaiting = false
    this.setAnnounced(null)
  }

  private report(): void {
    this.changed(this.announced ?? (this.isWaiting ? 'bot' : null))
  }
}
