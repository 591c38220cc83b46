/** The one line that says where the recorded audio is. It never says "safe" of what the server has not. */
import type { MessageKey } from '../../i18n/index.svelte'
import type { UploadState } from '../../recorder/types'

export interface UploadLine {
  key: MessageKey
  seconds: number
  tone: 'calm' | 'waiting' | 'trouble'
}

const ON_THE_WAY_MS = 15_000 // the segment being read and the two in flight: nothing to speak of

/** `signed`: the agreement of today. */
export function uploadLine(upload: UploadState, recording: boolean, signed = true): UploadLine {
  const seconds = Math.ceil(upload.waitingMs / 1000)
  if (upload.refused.length > 0) return { key: 'upload.refused', seconds, tone: 'trouble' }
  if (!recording && upload.elsewhere === 'recording') return { key: 'upload.recorded-elsewhere', seconds, tone: 'calm' }
  if (upload.safe) return { key: 'upload.safe', seconds: 0, tone: 'calm' }
  if (upload.signedOut && !signed) return { key: 'upload.agreement', seconds, tone: 'waiting' }
  if (upload.signedOut) return { key: 'upload.signed-out', seconds, tone: 'trouble' }
  if (!upload.online) return { key: 'upload.offline', seconds, tone: 'waiting' }
  if (recording && upload.waitingMs < ON_THE_WAY_MS) return { key: 'upload.flowing', seconds, tone: 'calm' }
  if (upload.elsewhere === 'sending') return { key: 'upload.sent-elsewhere', seconds, tone: 'calm' }
  if (upload.waitingMs <= 0) return { key: 'upload.asking', seconds, tone: 'calm' }
  return { key: 'upload.waiting', seconds, tone: recording ? 'waiting' : 'calm' }
}
