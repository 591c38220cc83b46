const SLICE_MS = 2000
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4']

/** The coded stream that this browser makes, of those that the server takes. */
export function mediaRecorderType(): string {
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? TYPES[0]!
}

/** MediaRecorder on the track itself, never behind an audio context. */
export class MediaRecorderSource {
  #track: MediaStreamTrack
  #slice: (bytes: ArrayBuffer, atMs: number) => void
  #recorder: MediaRecorder | null = null
  #delivered: Promise<void> = Promise.resolve()

  constructor(track: MediaStreamTrack, slice: (bytes: ArrayBuffer, atMs: number) => void) {
    this.#track = track
    this.#slice = slice
  }

  /** Starts a new stream and answers the moment of its first sample. */
  async begin(): Promise<number> {
    const recorder = new MediaRecorder(new MediaStream([this.#track]), { mimeType: mediaRecorderType() })
    recorder.ondataavailable = (event) => {
      const atMs = performance.timeOrigin + event.timeStamp
      this.#delivered = this.#delivered.then(async () => {
        if (event.data.size > 0) this.#slice(await event.data.arrayBuffer(), atMs)
      })
    }
    this.#recorder = recorder
    const startedMs = performance.timeOrigin + performance.now() // its own start event comes some 70 ms later
    await new Promise<void>((resolve) => {
      recorder.onstart = () => resolve()
      recorder.start(SLICE_MS)
    })
    return startedMs
  }

  /** Resolves when the last slice is on its way to the worker. */
  async finish(): Promise<void> {
    const recorder = this.#recorder
    if (recorder !== null && recorder.state !== 'inactive') {
      await new Promise<void>((resolve) => {
        recorder.onstop = () => resolve()
        recorder.stop()
      })
    }
    await this.#delivered
  }
}

/** A few seconds of the track, kept nowhere. */
export async function brieflyRecorded(track: MediaStreamTrack, forMs: number): Promise<Blob> {
  const recorder = new MediaRecorder(new MediaStream([track]), { mimeType: mediaRecorderType() })
  const recorded = new Promise<Blob>((resolve) => {
    recorder.ondataavailable = ({ data }) => resolve(data)
  })
  recorder.start()
  await new Promise((resolve) => setTimeout(resolve, forMs))
  if (recorder.state !== 'inactive') recorder.stop()
  return recorded
}
