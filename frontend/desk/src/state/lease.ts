/** Which of a browser's tabs speaks for all: it alone plays sounds and shows notifications. */

import type { Store } from './storage'

const key = 'yingshang.desk.speaker'
export const leaseMs = 5_000

interface Lease {
  tab: string
  until: number
}

export class SpeakerLease {
  constructor(
    private readonly store: Store,
    private readonly tab: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Take or keep the word, if nobody else has it. Call it every two seconds, and before speaking. */
  hold(): boolean {
    const lease = this.store.read<Lease>(key)
    if (lease && lease.tab !== this.tab && lease.until > this.now()) return false
    this.store.write(key, { tab: this.tab, until: this.now() + leaseMs } satisfies Lease)
    return true
  }

  /** Take the word in any case: the agent is looking at this tab. */
  seize(): void {
    this.store.write(key, { tab: this.tab, until: this.now() + leaseMs } satisfies Lease)
  }

  release(): void {
    if (this.store.read<Lease>(key)?.tab === this.tab) this.store.write(key, null)
  }
}
