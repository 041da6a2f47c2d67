/**
 * Puts a launcher into any website: `<script src="https://HOST/widget/embed.js" async></script>`.
 *
 * Everything lives in a shadow root: no style leaks in or out, no global name is added.
 */
import { closeRequest, openedNotice } from './protocol'
import styles from './embed.css?inline'

const script = document.currentScript as HTMLScriptElement | null

function install(widgetUrl: URL): void {
  const host = document.createElement('yingshang-assistant')
  const root = host.attachShadow({ mode: 'open' })
  addStyles(root)

  const launcher = createButton('launcher', '打开营商小助，咨询办事问题')
  launcher.append(createIcon('M4.5 6.500A2.5 2.5 0 0 1 7 4h10a2.5 2.5 0 0 1 2.5 2.500v7A2.5 2.5 0 0 1 17 16h-5l-4.5 4v-4H7a2.5 2.5 0 0 1-2.5-2.500zM8.5 8.500h7M8.5 12h4.5'))
  launcher.append('营商小助')
  launcher.setAttribute('aria-haspopup', 'dialog')
  launcher.setAttribute('aria-expanded', 'false')

  const panel = document.createElement('div')
  panel.className = 'panel'
  panel.setAttribute('role', 'dialog')
  panel.setAttribute('aria-label', '营商小助')
  panel.hidden = true

  const closer = createButton('closer', '关闭营商小助')
  closer.append(createIcon('M6 6l12 12M18 6 6 18'))
  let frame: HTMLIFrameElement | null = null

  function open(): void {
    frame ??= addFrame()
    panel.hidden = false
    launcher.hidden = true
    launcher.setAttribute('aria-expanded', 'true')
    fit()
    frame.focus()
    greet()
  }

  function addFrame(): HTMLIFrameElement {
    const added = document.createElement('iframe')
    added.title = '营商小助对话'
    added.allow = 'clipboard-write'
    added.addEventListener('load', greet)
    added.src = widgetUrl.href
    panel.append(added)
    return added
  }

  function greet(): void {
    if (!panel.hidden) frame?.contentWindow?.postMessage(openedNotice, widgetUrl.origin)
  }

  /** A frame is not told that a phone's keyboard covers it, so the panel shrinks instead. */
  function fit(): void {
    if (!window.visualViewport) return
    panel.style.setProperty('--visible-top', `${window.visualViewport.offsetTop}px`)
    panel.style.setProperty('--visible-height', `${window.visualViewport.height}px`)
  }

  function close(): void {
    if (panel.hidden) return
    panel.hidden = true
    launcher.hidden = false
    launcher.setAttribute('aria-expanded', 'false')
    launcher.focus()
  }

  launcher.addEventListener('click', open)
  closer.addEventListener('click', close)
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })
  window.visualViewport?.addEventListener('resize', fit)
  window.visualViewport?.addEventListener('scroll', fit)
  window.addEventListener('message', (event) => {
    if (event.source === frame?.contentWindow && event.data === closeRequest) close()
  })

  panel.append(closer)
  root.append(launcher, panel)
  document.body.append(host)
}

/** A constructed sheet also works on websites whose security policy forbids style elements. */
function addStyles(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root && 'replaceSync' in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    root.adoptedStyleSheets = [sheet]
    return
  }
  const style = document.createElement('style')
  style.textContent = styles
  root.append(style)
}

function createButton(name: string, label: string): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = name
  button.setAttribute('aria-label', label)
  return button
}

function createIcon(shape: string): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg'
  const icon = document.createElementNS(namespace, 'svg')
  icon.setAttribute('viewBox', '0 0 24 24')
  icon.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(namespace, 'path')
  path.setAttribute('d', shape)
  icon.append(path)
  return icon
}

if (script && !document.querySelector('yingshang-assistant')) {
  const widgetUrl = new URL('./', script.src)
  if (document.body) install(widgetUrl)
  else document.addEventListener('DOMContentLoaded', () => install(widgetUrl))
}
