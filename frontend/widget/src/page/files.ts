/** Pictures of a conversation: fetched with its token when they come into sight, and shown by an address of this page alone. */

import { inject, onBeforeUnmount, onMounted, provide, ref, type InjectionKey, type Ref } from 'vue'

type FetchFile = (path: string) => Promise<Blob>
export type PictureState = 'waiting' | 'shown' | 'failed'

const key: InjectionKey<FetchFile> = Symbol('fetchFile')
const pictureTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/bmp']
const nearPx = 300

export function provideFiles(fetchFile: FetchFile): void {
  provide(key, fetchFile)
}

/** Returns the picture's address once it is there; `place` is where it will stand. */
export function usePicture(path: string, place: Ref<HTMLElement | undefined>) {
  const fetchFile = inject(key)
  const address = ref('')
  const state = ref<PictureState>('waiting')
  let observer: IntersectionObserver | undefined
  let isGone = false

  async function load(): Promise<void> {
    observer?.disconnect()
    state.value = 'waiting'
    try {
      const blob = await fetchFile!(path)
      if (isGone) return
      if (!pictureTypes.includes(blob.type)) throw new TypeError(blob.type)
      address.value = URL.createObjectURL(blob)
      state.value = 'shown'
    } catch {
      state.value = 'failed' // Whatever it was: the reader may try again.
    }
  }

  onMounted(() => {
    observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && void load(), {
      rootMargin: `${nearPx}px`,
    })
    if (place.value) observer.observe(place.value)
  })
  onBeforeUnmount(() => {
    isGone = true
    observer?.disconnect()
    if (address.value) URL.revokeObjectURL(address.value)
  })

  return { address, state, load }
}
