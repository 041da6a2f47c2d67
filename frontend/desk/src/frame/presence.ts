/** Changing whether one takes chats. */

import { ElMessage } from 'element-plus'
import { describeFailure } from '../api/errors'
import type { Presence } from '../api/types'
import { useDesk } from '../state/useDesk'

export const presenceTitles = { ready: '接待中', away: '离开' }

export function usePresence() {
  const { session } = useDesk()

  async function change(part: Partial<Presence>): Promise<void> {
    const { me } = session.state
    if (!me || !session.can('talk')) return
    try {
      await session.setPresence({ ...me.presence, ...part })
    } catch (failure) {
      ElMessage.error(describeFailure(failure))
    }
  }

  /** For the shortcut: says what it did, since the eyes are elsewhere. */
  async function toggle(): Promise<void> {
    const before = session.state.me?.presence.state
    await change({ state: before === 'ready' ? 'away' : 'ready' })
    const after = session.state.me?.presence.state
    if (after && after !== before) ElMessage.success(`已切换为“${presenceTitles[after]}”`)
  }

  return { change, toggle }
}
