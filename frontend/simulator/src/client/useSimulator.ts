import { onUnmounted, type InjectionKey } from 'vue'
import { ControlApi } from './api'
import { Session } from './session'

export const simulatorKey: InjectionKey<Session> = Symbol('simulator')

/** Returns the page's session with the simulator it came from; it ends with the component. */
export function useSimulator(): Session {
  const session = new Session({
    api: new ControlApi(),
    openSource: (openid) => new EventSource(`/simulator/stream?openid=${encodeURIComponent(openid)}`),
    memory: sessionStorage,
  })
  void session.start()
  onUnmounted(session.stop)
  return session
}
