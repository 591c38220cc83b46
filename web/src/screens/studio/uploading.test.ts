import { describe, expect, test } from 'vitest'
import type { UploadState } from '../../recorder/types'
import { uploadLine } from './uploading'

const upload = (facts: Partial<UploadState>): UploadState => ({
  recordedMs: 60_000,
  heldByServerMs: 60_000 - (facts.waitingMs ?? 0),
  waitingMs: 0,
  safe: false,
  elsewhere: null,
  online: true,
  signedOut: false,
  refused: [],
  ...facts,
})

describe('the line about uploads', () => {
  test('says "safe" only when the server has named everything, not when nothing waits any more', () => {
    expect(uploadLine(upload({ safe: true }), false).key).toBe('upload.safe')
    expect(uploadLine(upload({}), false).key).toBe('upload.asking')
    expect(uploadLine(upload({ waitingMs: 1 }), false).key).toBe('upload.waiting')
  })

  test('says what another tab does', () => {
    const recording = upload({ waitingMs: 9000, elsewhere: 'recording' })
    expect(uploadLine(recording, false).key).toBe('upload.recorded-elsewhere')
    expect(uploadLine(upload({ waitingMs: 9000, elsewhere: 'sending' }), false).key).toBe('upload.sent-elsewhere')
    expect(uploadLine(upload({ waitingMs: 9000, elsewhere: 'sending' }), true).key).toBe('upload.flowing')
  })

  test('stays calm over the few seconds that are always on the way', () => {
    expect(uploadLine(upload({ waitingMs: 7200 }), true)).toEqual({ key: 'upload.flowing', seconds: 8, tone: 'calm' })
    expect(uploadLine(upload({ waitingMs: 40_000 }), true).key).toBe('upload.waiting')
  })

  test('says why it waits: no network, signed out', () => {
    expect(uploadLine(upload({ waitingMs: 12_000, online: false }), true)).toEqual({
      key: 'upload.offline',
      seconds: 12,
      tone: 'waiting',
    })
    expect(uploadLine(upload({ waitingMs: 12_000, signedOut: true }), true).key).toBe('upload.signed-out')
    expect(uploadLine(upload({ waitingMs: 12_000, signedOut: true }), true, false).key).toBe('upload.agreement')
  })

  test('names a refusal before anything else', () => {
    const refused = [{ sessionId: 's', segment: 3, problem: 'segment-differs' }]
    expect(uploadLine(upload({ refused, signedOut: true, waitingMs: 5000 }), true).key).toBe('upload.refused')
  })
})
