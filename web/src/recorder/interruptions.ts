import { microphones } from './microphone'
import type { StopReason } from './types'

const MUTED_FOR_MS = 1000

/** Watches an open microphone for what makes going on pointless; reports once at most, and not after the answer was called. */
export function watchMicrophone(track: MediaStreamTrack, tell: (reason: StopReason) => void): () => void {
  const over = new AbortController()
  const { signal } = over
  const settings = track.getSettings()
  let muted: ReturnType<typeof setTimeout> | undefined
  const end = (): void => {
    over.abort()
    clearTimeout(muted)
  }
  const report = (reason: StopReason): void => {
    if (signal.aborted) return
    end()
    tell(reason)
  }
  const lookForDevice = async (): Promise<void> => {
    if (!isAmong(await microphones(), settings)) report('device-changed')
  }
  track.addEventListener('ended', () => report('track-ended'), { signal })
  track.addEventListener('mute', () => (muted = setTimeout(() => report('muted'), MUTED_FOR_MS)), { signal })
  track.addEventListener('unmute', () => clearTimeout(muted), { signal })
  navigator.mediaDevices.addEventListener('devicechange', () => void lookForDevice(), { signal })
  return end
}

/**
 * Whether the device that is used is still among these. `default` is a name that the system may give to another
 * device, which shows in its group. A browser that names no devices is believed to have lost none.
 */
export function isAmong(
  devices: readonly Pick<MediaDeviceInfo, 'deviceId' | 'groupId'>[],
  used: Pick<MediaTrackSettings, 'deviceId' | 'groupId'>,
): boolean {
  if (!used.deviceId || devices.every(({ deviceId }) => deviceId === '')) return devices.length > 0
  return devices.some(
    ({ deviceId, groupId }) => deviceId === used.deviceId && (!used.groupId || groupId === used.groupId),
  )
}
