const LOOK_EVERY_MS = 250

/**
 * Tells how much sound the track has delivered by its own count, and at which moment, until the track ends. Only
 * Chromium counts.
 */
export function watchDelivery(track: MediaStreamTrack, tell: (deliveredMs: number, atMs: number) => void): void {
  const { stats } = track
  if (stats === undefined) return
  const timer = setInterval(() => {
    if (track.readyState === 'ended') clearInterval(timer)
    else tell(stats.deliveredFramesDuration, performance.timeOrigin + performance.now())
  }, LOOK_EVERY_MS)
}
