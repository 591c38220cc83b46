import { describe, expect, test, vi } from 'vitest'
import { capture } from './capture.svelte'

const LEFT = [{ sessionId: 'a' }]
const CLOSED = new Error('this device keeps nothing')
const device = vi.hoisted(() => ({ isClosed: true, recorders: 0, speakerId: '', phase: 'idle', closed: 0 }))

vi.mock('../recorder', () => ({
  Recorder: class {
    constructor() {
      device.recorders += 1
    }
    subscribe(listener: (state: unknown) => void): void {
      listener({ phase: device.phase, upload: { waitingMs: 0 } })
    }
    signedIn(speakerId: string): void {
      device.speakerId = speakerId
    }
    async pending(): Promise<unknown[]> {
      if (device.isClosed) throw CLOSED
      return LEFT
    }
    close(): void {
      device.recorders -= 1
      device.closed += 1
    }
  },
}))

describe('the recorder of a tab', () => {
  test('is not there while this device keeps nothing, and whoever needs it is told why', async () => {
    await capture.signedIn('dana')
    expect([capture.failure, capture.pending, device.recorders]).toEqual([CLOSED, [], 0])
    await expect(capture.open()).rejects.toBe(CLOSED)
  })

  test('comes when it is asked for again, and knows who is signed in', async () => {
    device.isClosed = false
    device.speakerId = ''
    await capture.look()
    expect([capture.failure, capture.pending, device.recorders]).toEqual([null, LEFT, 1])
    expect(device.speakerId).toBe('dana')
  })

  test('stays when it cannot read what is left', async () => {
    device.isClosed = true
    await capture.look()
    expect([capture.failure, capture.pending, device.recorders]).toEqual([CLOSED, LEFT, 1])
  })

  test.each([
    ['idle', 0],
    ['preparing', 1],
    ['ready', 1],
    ['recording', 0],
  ])('whoever leaves while it is %s closes so many: %i', async (phase, closed) => {
    device.isClosed = false
    device.phase = phase
    await capture.look()
    capture.state = { phase } as never
    device.closed = 0
    await capture.putDown()
    expect(device.closed).toBe(closed)
  })
})
