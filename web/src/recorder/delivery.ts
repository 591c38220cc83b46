const LOOK_EVERY_MS = 250

/**
 * Tells, until the track ends, how much sound it has delivered by its own count at a moment, or a little after it, if
 * the machine stops this thread between the two. Only Chromium counts.
 */
export function watchDelivery(track: MediaStreamTrack, tell: (deliveredMs: number, atMs: number) => void): void {
  const { stats } = track
  if (stats === undefined) return
  const timer = setInterval(() => {
    const atMs = performance.timeOrigin + performance.now()
    if (track.readyState === 'ended') clearInterval(timer)
    else tell(stats.deliveredFramesDuration, atMs)
  }, LOOK_EVERY_MS)
}
