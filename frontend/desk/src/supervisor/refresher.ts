/** Keeps something loaded fresh: regularly while it can be seen, and sooner when something happened. One call at a time. */

export interface RefresherPorts {
  load(): Promise<void>
  isInView(): boolean
  /** How often; without it, as often as the overview. */
  everyMs?: number
}

export const regularMs = 5_000
/** However much happens, not more often than this. */
export const leastMs = 1_000

export class Refresher {
  private timer: ReturnType<typeof setTimeout> | undefined
  private dueAt = 0
  private isLoading = false
  private isStopped = true
  /** Something happened while the last answer was on its way: it may not hold it yet. */
  private isStale = false

  constructor(private readonly ports: RefresherPorts) {}

  start(): void {
    this.isStopped = false
    void this.run()
  }

  stop(): void {
    this.isStopped = true
    clearTimeout(this.timer)
  }

  /** Something happened: load soon, together with whatever else happens until then. */
  hurry(): void {
    if (this.isLoading) this.isStale = true
    else if (!this.isStopped && this.dueAt > Date.now() + leastMs) this.plan(leastMs)
  }

  /** Load now: somebody asked, or the page came into view. */
  now(): void {
    if (this.isLoading) this.isStale = true
    else if (!this.isStopped) void this.run()
  }

  private get everyMs(): number {
    return this.ports.everyMs ?? regularMs
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer)
    if (!this.ports.isInView()) return this.plan(this.everyMs)
    this.isLoading = true
    this.isStale = false
    try {
      await this.ports.load()
    } finally {
      this.isLoading = false
      this.plan(this.isStale ? leastMs : this.everyMs)
    }
  }

  private plan(delayMs: number): void {
    clearTimeout(this.timer)
    if (this.isStopped) return
    this.dueAt = Date.now() + delayMs
    this.timer = setTimeout(() => void this.run(), delayMs)
  }
}
