/** The page's colours, for what is not styled by CSS. */

import type { Light } from '../../api/taskTypes'

export interface Palette {
  /** The page's fonts: labels are measured before they are drawn. */
  font: string
  text: string
  muted: string
  line: string
  surface: string
  raised: string
  brand: string
  lights: Record<Light, string>
  /** Words on a light's colour. */
  onLights: Record<Light, string>
}

/** Reads them as they are now, light or dark. */
export function readPalette(element: Element = document.documentElement): Palette {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const surface = read('surface')
  return {
    font: getComputedStyle(document.body).fontFamily,
    text: read('text'),
    muted: read('muted'),
    line: read('line'),
    surface,
    raised: read('raised'),
    brand: read('brand'),
    lights: { red: read('bad'), yellow: read('task-amber'), green: read('good'), done: read('person'), grey: read('quiet-line') },
    onLights: { red: surface, yellow: read('task-on-amber'), green: surface, done: surface, grey: read('text') },
  }
}
