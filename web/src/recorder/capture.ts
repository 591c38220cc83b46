import { FLAC } from './ledger'
import type { Start } from './messages'
import type { Capture } from './stored'

/** What the server is told of how a session was recorded: what the browser did, not what it was asked for. */
export function captureOf(start: Start, rateHz: number, mediaType: string): Capture {
  const { processing } = start
  return {
    source: start.path,
    device_class: deviceClass(navigator.userAgent),
    user_agent_family: browserFamily(navigator.userAgent),
    sample_rate_hz: rateHz,
    channels: start.channels,
    echo_cancellation: processing.echoCancellation,
    noise_suppression: processing.noiseSuppression,
    auto_gain_control: processing.autoGainControl,
    codec: mediaType === FLAC ? 'flac' : mediaType,
    app_version: APP_VERSION,
  }
}

const APP_VERSION = 'recital-web 0.1'

export function deviceClass(userAgent: string): Capture['device_class'] {
  if (/iPad|Tablet|Android(?!.*Mobile)/.test(userAgent)) return 'tablet'
  return /Mobi|iPhone/.test(userAgent) ? 'phone' : 'computer'
}

export function browserFamily(userAgent: string): string {
  const families: [RegExp, string][] = [
    [/Firefox\//, 'firefox'],
    [/Edg\//, 'edge'],
    [/OPR\//, 'opera'],
    [/SamsungBrowser\//, 'samsung'],
    [/Chrom(e|ium)\//, 'chromium'],
    [/Safari\//, 'safari'],
  ]
  return families.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other'
}
