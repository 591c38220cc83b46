/** Presses with the moment at which the finger came down, not when the page found time for it. */
import type { Attachment } from 'svelte/attachments'

type Press = (timeStamp: number) => void

/**
 * Acts when the finger or the mouse button comes down, so that a finger that slides off is not lost.
 * A press by keyboard or screen reader arrives as a bare click and acts too.
 */
export function pressed(act: Press): Attachment<HTMLElement> {
  return (element) => {
    let acted = false
    const down = (event: PointerEvent): void => {
      if (event.button !== 0 || !event.isPrimary) return
      acted = true
      act(event.timeStamp)
    }
    const click = (event: MouseEvent): void => {
      if (!acted || event.detail === 0) act(event.timeStamp)
      acted = false
    }
    return listening(element, down, click)
  }
}

/** Acts when the finger is lifted in place, with the moment at which it came down: scrolling does nothing. */
export function tapped(act: (timeStamp: number, target: Element) => void): Attachment<HTMLElement> {
  return (element) => {
    let downAt: number | null = null
    const down = (event: PointerEvent): void => {
      downAt = event.isPrimary ? event.timeStamp : null
    }
    const click = (event: MouseEvent): void => {
      const at = event.detail === 0 ? null : downAt // a click by keyboard has no finger before it
      if (event.target instanceof Element) act(at ?? event.timeStamp, event.target)
      downAt = null
    }
    return listening(element, down, click)
  }
}

/** A button that is clicked takes no focus, or it would take the next Space too; Tab still reaches it. */
export function clickedWithoutFocus(when: () => boolean = () => true): Attachment<HTMLElement> {
  return (root) => {
    const down = (event: MouseEvent): void => {
      if (when() && event.target instanceof Element && event.target.closest('button')) event.preventDefault()
    }
    root.addEventListener('mousedown', down)
    return () => root.removeEventListener('mousedown', down)
  }
}

function listening(
  element: HTMLElement,
  down: (event: PointerEvent) => void,
  click: (event: MouseEvent) => void,
): () => void {
  element.addEventListener('pointerdown', down)
  element.addEventListener('click', click)
  return () => {
    element.removeEventListener('pointerdown', down)
    element.removeEventListener('click', click)
  }
}
