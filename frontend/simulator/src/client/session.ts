/** One tab's life with the simulator: who we are, what is shown, and what we do. */

import { computed, ref, shallowRef } from 'vue'
import { ControlApi, ControlRefused } from './api'
import { chooseUser } from './identity'
import type { Account, Faults, StreamEvent } from './model'
import { Stream, type Source } from './stream'
import { appendLog, applyEvent, needsReload, viewOf, type View } from './view'

export interface SessionPorts {
  api: ControlApi
  openSource(openid: string): Source
  /** Where the tab keeps whom it plays. */
  memory: Pick<Storage, 'getItem' | 'setItem'>
}

type Timer = ReturnType<typeof setTimeout> | undefined

const rememberedKey = 'simulator-openid'
const noticeMs = 3_000
const restartMs = 1_000
/** The hint that the account is typing goes out by itself after this. */
const typingMs = 15_000

export class Session {
  /** null until the simulator has answered. */
  readonly view = shallowRef<View | null>(null)
  readonly isOnline = ref(true)
  /** A line to show for a moment: something did not work. */
  readonly notice = ref('')
  readonly user = computed(() => this.view.value?.users.find((one) => one.openid === this.openid.value) ?? null)

  private readonly openid = ref('')
  private readonly stream: Stream
  private noticeTimer: Timer
  private typingTimer: Timer
  private startTimer: Timer

  constructor(private readonly ports: SessionPorts) {
    this.openid.value = ports.memory.getItem(rememberedKey) ?? ''
    this.stream = new Stream({
      openSource: () => ports.openSource(this.openid.value),
      reload: () => this.reload(),
      onEvent: (event) => this.onEvent(event),
      onOnline: (isOnline) => (this.isOnline.value = isOnline),
    })
  }

  readonly start = async (): Promise<void> => {
    try {
      await this.beginAgain()
    } catch {
      this.isOnline.value = false
      this.startTimer = setTimeout(() => void this.start(), restartMs)
    }
  }

  readonly stop = (): void => {
    for (const timer of [this.noticeTimer, this.typingTimer, this.startTimer]) clearTimeout(timer)
    this.stream.stop()
  }

  /** Does something as this user. Following is part of the state only, so the state is read after it. */
  readonly act = (path: string, body?: object, file?: Blob): Promise<void> =>
    this.attempt(async () => {
      await this.ports.api.act(this.openid.value, { path, ...(body && { body }), ...(file && { file }) })
      if (path.endsWith('follow')) await this.stream.resync()
    })

  readonly switchUser = (openid: string): Promise<void> => this.attempt(() => this.enter(openid))

  readonly createUser = (): Promise<void> =>
    this.attempt(async () => this.enter((await this.ports.api.createUser()).openid))

  /** The browser's cookie names one user only; another tab may have changed it. */
  readonly claimCookie = (): Promise<void> => this.attempt(() => this.ports.api.selectUser(this.openid.value))

  readonly setFaults = (changes: Partial<Faults>): Promise<void> =>
    this.attempt(() => this.ports.api.setFaults(changes).then(() => this.stream.resync()))

  readonly setAccount = (changes: Partial<Pick<Account, 'has_customer_service' | 'mode'>>): Promise<void> =>
    this.attempt(() => this.ports.api.setAccount(changes).then(() => this.stream.resync()))

  readonly reset = (): Promise<void> => this.attempt(() => this.ports.api.reset().then(() => this.beginAgain()))

  readonly tell = (text: string): void => {
    clearTimeout(this.noticeTimer)
    this.notice.value = text
    this.noticeTimer = setTimeout(() => (this.notice.value = ''), noticeMs)
  }

  private onEvent(event: StreamEvent): void {
    if (!this.view.value) return
    this.view.value = applyEvent(this.view.value, event)
    if (event.type === 'log' && needsReload(this.view.value, event.data)) void this.attempt(() => this.stream.resync())
    if (event.type === 'typing' && event.data.active) this.endTypingLater()
  }

  private endTypingLater(): void {
    clearTimeout(this.typingTimer)
    this.typingTimer = setTimeout(() => this.onEvent({ type: 'typing', data: { active: false } }), typingMs)
  }

  /** Only by the stream, which keeps the events that come meanwhile. */
  private async reload(): Promise<void> {
    const { api } = this.ports
    const log = this.view.value?.log ?? []
    const state = await api.readState(this.openid.value)
    if (!state.users.some((one) => one.openid === this.openid.value)) return this.beginAgain()
    const entries = await api.readLog(log[log.length - 1]?.id ?? 0)
    const isTyping = this.view.value?.isTyping ?? false
    this.view.value = { ...viewOf(state, appendLog(this.view.value?.log ?? [], entries)), isTyping }
  }

  /** At first, and when the simulator was started anew and has forgotten us. */
  private async beginAgain(): Promise<void> {
    this.view.value = null
    await this.enter(await chooseUser(this.ports.api, this.openid.value))
  }

  private async enter(openid: string): Promise<void> {
    const log = this.view.value?.log ?? []
    this.openid.value = openid
    this.ports.memory.setItem(rememberedKey, openid)
    await this.ports.api.selectUser(openid)
    this.view.value = viewOf(await this.ports.api.readState(openid), log)
    this.stream.start()
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (failure) {
      const refusal = failure instanceof ControlRefused ? failure.sentence || `没有成功（${failure.status}）` : ''
      this.tell(refusal || '没有连上模拟器，请稍后再试')
    }
  }
}
