/** What all charts have in common: room, axes, fonts, and the table beside each. Pure. */

import type { ChartOption } from './chartEngine'
import type { Palette } from './palette'

/** What a chart says, row by row, for those who read rather than look. */
export interface ChartTable {
  columns: string[]
  rows: (string | number)[][]
}

/** Room for the axes' words inside, so that nothing is cut off. */
export function gridOf(top: number, right: number) {
  return { left: 2, right, top, bottom: 4, outerBoundsMode: 'same' as const, outerBoundsContain: 'axisLabel' as const }
}

export function baseOf(palette: Palette): Pick<ChartOption, 'textStyle' | 'backgroundColor'> {
  return { backgroundColor: 'transparent', textStyle: { color: palette.text, fontFamily: palette.font } }
}

export function axisOf(palette: Palette) {
  return {
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
    axisLabel: { color: palette.muted },
    splitLine: { lineStyle: { color: palette.line } },
  }
}

export function tooltipOf(palette: Palette) {
  return {
    confine: true,
    backgroundColor: palette.raised,
    borderColor: palette.line,
    textStyle: { color: palette.text, fontSize: 12 },
    extraCssText: 'box-shadow: var(--shadow); border-radius: 8px',
  }
}
