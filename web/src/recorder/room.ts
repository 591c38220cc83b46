/** Less than this, and a recording stops by itself: what is already made of it has still to be coded and stored. */
export const LEAST_ROOM_MS = 60_000
const LOOK_EVERY_MS = 5000

/**
 * Tells, at once and every five seconds, for how long the browser lets us go on storing `bytesPerSecond` on this
 * device, until the answer is called. Chromium names 10 GiB more than is used, whatever there is: a disk that is full
 * shows itself there only when it takes no more.
 */
export function watchRoom(bytesPerSecond: number, tell: (roomMs: number) => void): () => void {
  if (!('estimate' in navigator.storage)) return () => undefined // Safari before 17
  let over = false
  const look = async (): Promise<void> => {
    const { quota, usage } = await navigator.storage.estimate()
    if (over || quota === undefined || usage === undefined) return
    tell((Math.max(0, quota - usage) / bytesPerSecond) * 1000)
  }
  void look()
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  return () => {
    over = true
    clearInterval(timer)
  }
}
