/** Who sits at this desk, and what they may do. */

import { shallowReactive } from 'vue'
import type { DeskApi } from '../api/client'
import { ApiError, describeFailure } from '../api/errors'
import type { Me, Permission, Presence, Setup } from '../api/types'

export interface SessionState {
  /** `password`: signed in, but a new password must be chosen first. */
  phase: 'starting' | 'signed_out' | 'password' | 'ready' | 'unreachable'
  me: Me | null
  /** null also for somebody who may not see chats. */
  setup: Setup | null
  /** Chinese; why nobody is signed in any more, shown above the form. */
  notice: string
}

export interface SessionPorts {
  api: Pick<DeskApi, 'getMe' | 'signIn' | 'signOut' | 'changePassword' | 'getSetup' | 'setPresence'>
  /** Called when somebody is signed in and everything else may start. */
  onReady(me: Me): void
  onSetup(setup: Setup): void
  onEnded(): void
}

export class Session {
  readonly state: SessionState = shallowReactive({ phase: 'starting', me: null, setup: null, notice: '' })

  constructor(private readonly ports: SessionPorts) {}

  /** Continue the session of an earlier visit, if there is one. */
  async start(): Promise<void> {
    this.state.phase = 'starting'
    try {
      await this.enter(await this.ports.api.getMe())
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 401) this.state.phase = 'signed_out'
      else this.fail(failure)
    }
  }

  /** Rejects with ApiError. */
  async signIn(username: string, password: string): Promise<void> {
    this.state.notice = ''
    await this.enter(await this.ports.api.signIn(username, password))
  }

  /** Rejects with ApiError. */
  async changePassword(old: string, next: string): Promise<void> {
    await this.ports.api.changePassword(old, next)
    await this.enter(await this.ports.api.getMe())
  }

  async signOut(): Promise<void> {
    await this.ports.api.signOut().catch(() => undefined)
    this.end('')
  }

  /** The server does not know us any more. */
  expire(): void {
    if (this.state.phase === 'ready' || this.state.phase === 'password') this.end('登录已失效，请重新登录。')
  }

  /** Rejects with ApiError. */
  async setPresence(presence: Presence): Promise<void> {
    const before = this.state.me?.presence
    this.showPresence(presence)
    try {
      this.showPresence((await this.ports.api.setPresence(presence)).presence)
    } catch (failure) {
      if (before) this.showPresence(before)
      throw failure
    }
  }

  showPresence(presence: Presence): void {
    if (this.state.me) this.state.me = { ...this.state.me, presence }
  }

  async refreshSetup(): Promise<void> {
    const setup = await this.ports.api.getSetup()
    this.state.setup = setup
    this.ports.onSetup(setup)
  }

  can(permission: Permission): boolean {
    return this.state.me?.permissions.includes(permission) ?? false
  }

  private async enter(me: Me): Promise<void> {
    this.state.me = me
    if (me.must_change_password) {
      this.state.phase = 'password'
      return
    }
    try {
      // Whoever only answers cases has nothing to do with chats, and may not ask.
      if (this.can('read')) await this.refreshSetup()
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 401) throw failure
      return this.fail(failure)
    }
    this.state.phase = 'ready'
    this.ports.onReady(me)
  }

  private fail(failure: unknown): void {
    this.state.phase = 'unreachable'
    this.state.notice = describeFailure(failure)
  }

  private end(notice: string): void {
    Object.assign(this.state, { phase: 'signed_out', me: null, setup: null, notice } satisfies SessionState)
    this.ports.onEnded()
  }
}
