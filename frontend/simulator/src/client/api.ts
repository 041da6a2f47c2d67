/** The simulator's control API. Every call raises ControlRefused or the browser's own network error. */

import type { Account, Faults, LogEntry, State, User } from './model'

export class ControlRefused extends Error {
  constructor(
    readonly status: number,
    /** A sentence for people; '' if the simulator gave none. */
    readonly sentence: string,
  ) {
    super(`the simulator answered ${status}`)
  }
}

export type Fetcher = (path: string, init?: RequestInit) => Promise<Response>

/** Something that a user does, as its path below the user and its JSON body or file. */
export interface Act {
  path: string
  body?: object
  file?: Blob
}

export class ControlApi {
  constructor(private readonly fetcher: Fetcher = (path, init) => fetch(path, init)) {}

  async readState(openid: string | null): Promise<State> {
    return (await this.call('GET', `/state${openid ? `?openid=${encodeURIComponent(openid)}` : ''}`)) as State
  }

  async readLog(after: number): Promise<LogEntry[]> {
    return ((await this.call('GET', `/log?after=${after}`)) as { entries: LogEntry[] }).entries
  }

  async createUser(): Promise<User> {
    return (await this.call('POST', '/users', {})) as User
  }

  /** Makes the browser's cookie name this user: the one for whom web authorisation then answers. */
  async selectUser(openid: string): Promise<void> {
    await this.call('POST', `/users/${encodeURIComponent(openid)}/select`, {})
  }

  async act(openid: string, { path, body, file }: Act): Promise<void> {
    await this.call('POST', `/users/${encodeURIComponent(openid)}${path}`, file ? formOf(file) : (body ?? {}))
  }

  async setFaults(faults: Partial<Faults>): Promise<void> {
    await this.call('PUT', '/faults', faults)
  }

  async setAccount(changes: Partial<Pick<Account, 'has_customer_service' | 'mode'>>): Promise<void> {
    await this.call('PUT', '/account', changes)
  }

  async reset(): Promise<void> {
    await this.call('POST', '/reset', {})
  }

  private async call(method: string, path: string, body?: object): Promise<unknown> {
    const init: RequestInit = { method, credentials: 'same-origin' }
    if (body instanceof FormData) init.body = body
    else if (body) {
      init.body = JSON.stringify(body)
      init.headers = { 'Content-Type': 'application/json' }
    }
    const response = await this.fetcher(`/simulator${path}`, init)
    const text = await response.text()
    if (!response.ok) throw new ControlRefused(response.status, findSentence(text))
    return text ? JSON.parse(text) : null
  }
}

function formOf(file: Blob): FormData {
  const form = new FormData()
  form.append('file', file)
  return form
}

function findSentence(text: string): string {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? ''
  } catch {
    return '' // A proxy's own page.
  }
}
