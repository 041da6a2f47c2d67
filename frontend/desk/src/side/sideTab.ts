/** Which tab of the side column was looked at last: it stays when another conversation is opened. */

import { ref } from 'vue'

export type SideTab = 'profile' | 'articles' | 'notes' | 'history'

export const sideTab = ref<SideTab>('profile')
