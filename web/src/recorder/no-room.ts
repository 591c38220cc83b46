/** This device does not take the last part of a recording; it lies in the log, or waits in this tab. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'

  constructor() {
    super('this device has no room for the last part of the recording, which waits here')
  }
}
