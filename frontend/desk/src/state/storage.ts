/** Browser storage that never fails: forbidden or full, the page goes on and only a reload forgets. */

export interface Store {
  read<T>(key: string): T | null
  /** null removes. */
  write(key: string, value: unknown): void
  keys(): string[]
}

export function createStore(storage: Storage | null): Store {
  return {
    read<T>(key: string): T | null {
      try {
        return JSON.parse(storage?.getItem(key) ?? 'null') as T | null
      } catch {
        return null
      }
    },
    write(key, value) {
      try {
        if (value === null) storage?.removeItem(key)
        else storage?.setItem(key, JSON.stringify(value))
      } catch {
        // Full or forbidden.
      }
    },
    keys() {
      return Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? '')
    },
  }
}

/** Shared by the tabs, kept. */
export function openLocalStore(): Store {
  return createStore(attempt(() => localStorage))
}

/** This tab's own, gone with it. */
export function openTabStore(): Store {
  return createStore(attempt(() => sessionStorage))
}

function attempt(open: () => Storage): Storage | null {
  try {
    return open()
  } catch {
    return null
  }
}
