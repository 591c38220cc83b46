/** This device does not take the last of a recording; it lies in the log, or waits in this tab. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'

  constructor() {
    super('this device has no room for the last of the recording, which waits here')
  }
}

/** Says so where the browser refused for want of room; throws whatever else it was. */
export function noRoomIfFull(error: unknown): never {
  throw error instanceof DOMException && error.name === 'QuotaExceededError' ? new NoRoom() : error
}
