/** What happens often is acted upon at once, and then no oftener than every `pauseMs`; the last time is never missed. */
export function unhurried(act: () => void, pauseMs: number): { act: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null
  let wanted = false

  function rested(): void {
    timer = null
    if (wanted) acted()
  }

  function acted(): void {
    wanted = false
    timer = setTimeout(rested, pauseMs)
    act()
  }

  return {
    act: () => {
      wanted = true
      if (timer === null) acted()
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer)
      wanted = false
    },
  }
}
