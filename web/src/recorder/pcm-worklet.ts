/** Runs on the audio thread: collects the microphone's samples and posts them past the page to the recorder's worker. */

class PcmTap extends AudioWorkletProcessor {
  #chunk: Float32Array<ArrayBuffer>
  #filled = 0
  #to: MessagePort | null = null

  constructor(options: AudioWorkletNodeOptions) {
    super(options)
    const { chunkSamples } = options.processorOptions as { chunkSamples: number }
    this.#chunk = new Float32Array(chunkSamples)
    this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => {
      this.#to = data
    }
  }

  process(inputs: Float32Array[][]): boolean {
    const samples = inputs[0]?.[0]
    if (samples !== undefined && this.#to !== null) this.#take(samples, this.#to)
    return true
  }

  #take(samples: Float32Array, to: MessagePort): void {
    for (let at = 0; at < samples.length; ) {
      const piece = samples.subarray(at, at + this.#chunk.length - this.#filled)
      this.#chunk.set(piece, this.#filled)
      this.#filled += piece.length
      at += piece.length
      if (this.#filled < this.#chunk.length) return
      const full = this.#chunk
      this.#chunk = new Float32Array(full.length)
      this.#filled = 0
      to.postMessage(full, [full.buffer])
    }
  }
}

registerProcessor('pcm-tap', PcmTap)
