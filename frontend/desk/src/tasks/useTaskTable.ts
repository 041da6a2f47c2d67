/** The table of tasks as it is filtered, kept fresh while somebody looks at it, and kept in the address. */

import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import type { TaskCard, TaskPage } from '../api/taskTypes'
import { go, route } from '../frame/route'
import type { Desk } from '../state/desk'
import { formatFilters, readFilters, toTaskQuery, type TaskFilters } from './filters'
import { Loader } from './loader'

const searchDelayMs = 250

/** `isShown`: the table is what the page shows; beside it, it stays as it was. */
export function useTaskTable(desk: Desk, isShown: Readonly<Ref<boolean>>) {
  const loader = new Loader<TaskPage>()
  const filters = ref<TaskFilters>(readFilters(isShown.value ? route.query : {}))
  /** Of every task that was ever seen here. */
  const names = new Map<string, string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const learn = ({ id, name }: Pick<TaskCard, 'id' | 'name'>): void => void names.set(id, name)

  async function load(): Promise<void> {
    await loader.load(() => desk.api.listTasks(toTaskQuery(filters.value)))
    loader.state.value?.tasks.forEach(learn)
  }

  watch(filters, (after, before) => {
    if (isShown.value) go('tasks', null, formatFilters(after))
    if (isSame(toTaskQuery(after), toTaskQuery(before))) return
    clearTimeout(timer)
    timer = setTimeout(() => void load(), after.q === before.q ? 0 : searchDelayMs)
  })
  // The back button, or a link to the table with other filters.
  watch([isShown, () => route.query], () => {
    const wanted = readFilters(route.query)
    if (isShown.value && !isSame(formatFilters(filters.value), formatFilters(wanted))) filters.value = wanted
  })

  const onVisible = (): void => {
    if (document.visibilityState === 'visible' && isShown.value) void load()
  }
  onMounted(() => {
    void load()
    document.addEventListener('visibilitychange', onVisible)
  })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisible)
  })
  return { state: loader.state, filters, names, load, learn }
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
