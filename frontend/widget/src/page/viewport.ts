/**
 * Keeps the page exactly as large as what is visible of it.
 *
 * When the keyboard opens, iOS shrinks only the visual viewport and may scroll the page under it; without this the input
 * would lie behind the keyboard. Browsers that know `interactive-widget=resizes-content` need none of it.
 */
export function followViewport(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const follow = (): void => {
    if (viewport.scale > 1.01) return // Zoomed in by the reader: leave the layout alone.
    const style = document.documentElement.style
    style.setProperty('--visible-height', `${viewport.height}px`)
    style.setProperty('--visible-top', `${viewport.offsetTop}px`)
    const isKeyboardOpen = window.innerHeight - viewport.height > 120
    document.documentElement.toggleAttribute('data-keyboard', isKeyboardOpen)
  }
  viewport.addEventListener('resize', follow)
  viewport.addEventListener('scroll', follow)
  follow()
}
